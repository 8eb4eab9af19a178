using Berth.TestKit;

namespace Berth.Specs;

/// <summary>Each on a machine of its own, thrown away afterwards: the real programs of the system, the real paths and ports.</summary>
public sealed class Installing_on_a_machine : IDisposable
{
    // A member of the group deploys from a home that is closed to others.
    private const string Shop = $"""
        $BERTH install --domain example.com >/dev/null; useradd --create-home member; usermod -aG dokku member; chmod 700 /home/member
        cd /home/member; mkdir shop; echo 'web: perl server.pl' >shop/Procfile; cat >shop/server.pl <<'SERVER'
        {ProcessServer.Server}
        SERVER
        chown -R member: .; runuser -u member -- dokku apps:create shop; runuser -u member -- dokku deploy shop ./shop
        """;

    private readonly ScratchMachine _machine = new();

    [Fact]
    public async Task makes_a_server_of_it_whose_commands_work_for_root_for_dokku_and_for_members_of_its_group()
    {
        var said = await RunAsync("""
            set -e
            $BERTH install --domain example.com
            id -un dokku; grep ^dokku: /etc/shadow | cut -d: -f2; stat -c '%U %a' /home/dokku /home/dokku/.ssh /home/dokku/.ssh/authorized_keys /var/lib/dokku
            cat /home/dokku/.sshcommand /home/dokku/VHOST; visudo --check --quiet && echo rules are good
            echo -- commands
            dokku apps:create by-root
            runuser -u dokku -- dokku apps:create by-dokku
            runuser -u dokku -- dokku apps:clone by-root by-clone | head -1
            runuser -u dokku -- dokku config:set by-root GREETING=hello
            useradd -M member; usermod -aG dokku member
            runuser -u member -- dokku apps:list
            plugn version; plugn list | grep -c 'enabled    dokku core ports plugin'; runuser -u dokku -- plugn trigger app-list
            echo -- strangers
            useradd -M stranger
            runuser -u stranger -- dokku apps:list </dev/null 2>/dev/null || echo turned away
            runuser -u stranger -- dokku ssh-keys:add me /etc/hostname || true
            runuser -u member -- sudo --non-interactive --user=root /usr/bin/dokku apps:list 2>/dev/null || echo not root
            echo -- left for root
            find /home/dokku /var/lib/dokku -not -user dokku -not -name berth.log
            """);
        Assert.Contains("\ndokku\n*\ndokku 755\ndokku 700\ndokku 600\ndokku 755\n/usr/bin/dokku\nexample.com\nrules are good\n", said, StringComparison.Ordinal);
        Assert.Contains("=====> My Apps\nby-clone\nby-dokku\nby-root\nplugn: dev\n1\nby-clone\nby-dokku\nby-root\n-- strangers\nturned away\n !     This command must be run as root\n", said, StringComparison.Ordinal);
        Assert.EndsWith("not root\n-- left for root\n", said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("dokku")]
    [InlineData("member")]
    public async Task finds_a_healthy_app_healthy_whoever_asks(string account)
    {
        var said = await RunAsync($"""
            {Shop}
            runuser -u {account} -- dokku doctor shop; echo "status $?"
            """);
        Assert.Contains("http://shop.example.com/ answered 200", said, StringComparison.Ordinal);
        Assert.DoesNotContain("FAIL", said, StringComparison.Ordinal);
        Assert.EndsWith("status 0\n", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task reads_the_files_that_a_member_names_with_the_members_rights()
    {
        var said = await RunAsync($$"""
            {{Shop}}
            cd /home/member; openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 9 -subj /CN=shop.example.com \
                -addext subjectAltName=DNS:shop.example.com -keyout k.pem -out c.pem 2>/dev/null
            echo GREETING=hello >words.env; mkdir closed; printf 'web: false\n' >closed/Procfile; touch closed/zest
            chown -R member: .; chown root: closed/zest; chmod 600 closed/zest *.pem *.env
            as() { runuser -u member -- dokku "$@"; }
            as certs:add shop c.pem k.pem >/dev/null; echo "certificate $?"; as certs:report shop --ssl-hostnames
            as certs:add shop c.pem none.pem; echo "no key $?"
            as config:import --no-restart shop words.env >/dev/null 2>&1; as config:get shop GREETING
            as deploy shop closed | grep -v ' in the build log' ; as --quiet ps:report shop --running
            curl -sSko /dev/null -w '%{http_code}\n' --connect-to ::127.0.0.1: https://shop.example.com/
            """);
        Assert.Contains("\n=====> Application deployed:\n       http://shop.example.com\n", said, StringComparison.Ordinal);
        Assert.Contains("certificate 0\nshop.example.com\n", said, StringComparison.Ordinal);
        Assert.Contains("KEY file specified not found", said, StringComparison.Ordinal);
        Assert.Contains("\nhello\n", said, StringComparison.Ordinal);
        Assert.Contains("What was to be sent cannot be read: Access to the path '/home/member/closed/zest' is denied.", said, StringComparison.Ordinal);
        Assert.EndsWith("true\n200\n", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task is_done_once_however_often_it_is_asked_for()
    {
        var said = await RunAsync("""
            list() { find /etc /usr /home /var/lib/dokku /var/log/dokku -xdev -not -path '*/run/*' -not -path '*/data/authority/*' -printf '%p %U %G %m %T@ %l\n' | sort; }
            $BERTH install >/dev/null; list >/tmp/before
            echo -- again; $BERTH install; list >/tmp/after
            diff /tmp/before /tmp/after && echo nothing changed
            """);
        Assert.EndsWith(
            "-- again\n=====> Installing Berth 0.1.0\n-----> Everything is in place, nothing to do\n=====> Berth is installed and serving\nnothing changed\n",
            said,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task says_beforehand_what_it_would_do_and_does_none_of_it()
    {
        var said = await RunAsync("""
            list() { find /bin /etc /home /lib /root /sbin /srv /usr /var -xdev -printf '%p %U %G %m %l\n' | sort; }
            list >/tmp/before; $BERTH install --dry-run; list >/tmp/after
            diff /tmp/before /tmp/after && echo nothing changed
            """);
        Assert.StartsWith("=====> berth install would, in this order\n       make user and group dokku, home /home/dokku\n", said, StringComparison.Ordinal);
        Assert.Contains("       link /usr/bin/dokku to /usr/local/bin/berth\n       link /usr/bin/plugn to /usr/local/bin/berth\n", said, StringComparison.Ordinal);
        Assert.EndsWith("       start the daemon\n       Nothing was changed.\nnothing changed\n", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task refuses_while_another_program_holds_a_port_and_changes_nothing()
    {
        var said = await RunAsync("""
            mkfifo up; cp "$(command -v perl)" nginx
            ./nginx -MIO::Socket::INET -e '$s = IO::Socket::INET->new(Listen => 1, LocalAddr => "0.0.0.0", LocalPort => 80, ReuseAddr => 1) or die; open U, ">", "up"; close U; sleep 600' &
            read -r _ <up
            $BERTH install; echo "status $?"; id dokku
            """);
        Assert.StartsWith(" !     Port 80 is held by nginx (pid ", said, StringComparison.Ordinal);
        Assert.Contains("systemctl disable --now nginx", said, StringComparison.Ordinal);
        Assert.Contains("status 1\n", said, StringComparison.Ordinal);
        Assert.Contains("no such user", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task takes_the_place_of_a_dokku_only_when_told_to_and_gives_it_back()
    {
        var said = await RunAsync("""
            useradd --create-home dokku
            printf '#!/bin/bash\necho the old one\n' >/usr/bin/dokku; chmod 755 /usr/bin/dokku
            $BERTH install; echo "status $?"; dokku
            echo -- taking over
            $BERTH install --take-over; dokku version; ls -l /var/lib/berth/replaced/usr/bin/dokku | cut -c1-10
            echo -- going back
            dokku uninstall --dry-run; dokku uninstall; hash -r; dokku; ls -d /home/dokku /usr/local/bin/berth /etc/sudoers.d/berth 2>&1; ls -A /var/lib/berth/replaced/usr/bin
            """);
        Assert.Contains("/usr/bin/dokku is a dokku program that Berth did not put there.", said, StringComparison.Ordinal);
        Assert.Contains("--take-over", said, StringComparison.Ordinal);
        Assert.Contains("status 1\nthe old one\n-- taking over\n", said, StringComparison.Ordinal);
        Assert.Contains("\ndokku version 0.38", said, StringComparison.Ordinal);
        Assert.Contains("\n-rwxr-xr-x\n-- going back\n", said, StringComparison.Ordinal);
        Assert.Contains("-----> Put back the old /usr/bin/dokku\n", said, StringComparison.Ordinal);
        Assert.Contains("in this order\n       stop the daemon, and with it every app\n", said, StringComparison.Ordinal);
        Assert.Contains("\nthe old one\n", said, StringComparison.Ordinal);
        Assert.Contains("cannot access '/usr/local/bin/berth'", said, StringComparison.Ordinal);
        Assert.Contains("cannot access '/etc/sudoers.d/berth'", said, StringComparison.Ordinal);
        Assert.EndsWith("/home/dokku\n", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task diverts_the_program_of_a_package_so_that_its_updates_do_not_come_back_over_it()
    {
        var said = await RunAsync("""
            make_package() {
              mkdir -p /tmp/deb/DEBIAN /tmp/deb/usr/bin
              printf 'Package: dokku\nVersion: %s\nArchitecture: all\nMaintainer: x <x@x>\nDescription: x\n' $1 >/tmp/deb/DEBIAN/control
              printf '#!/bin/bash\necho packaged %s\n' $1 >/tmp/deb/usr/bin/dokku; chmod 755 /tmp/deb/usr/bin/dokku
              dpkg-deb --build --root-owner-group /tmp/deb /tmp/dokku.deb >/dev/null && dpkg --install /tmp/dokku.deb >/dev/null
            }
            make_package 1; dokku
            $BERTH install --take-over >/dev/null; hash -r; dokku version | cut -c1-13
            make_package 2; dokku version | cut -c1-13
            dokku uninstall >/dev/null; hash -r; dokku
            """);
        Assert.Equal("packaged 1\ndokku version\ndokku version\npackaged 2\n", said);
    }

    [Fact]
    public async Task gives_a_copied_server_to_the_account_of_this_machine()
    {
        var said = await RunAsync("""
            mkdir -p /home/dokku/shop/tls /var/lib/dokku/config/shop /var/lib/dokku/data/storage/shop
            echo shop.example.com >/home/dokku/shop/VHOST; printf 'A="1"\n' >/var/lib/dokku/config/shop/ENV
            ln -s /etc/passwd /home/dokku/shop/link; chown -hR 4321:4321 /home/dokku /var/lib/dokku; chown 32767 /var/lib/dokku/data/storage/shop
            $BERTH install >/dev/null
            stat -c '%U %n' /home/dokku/shop/VHOST /home/dokku/shop/link /var/lib/dokku/config/shop/ENV /etc/passwd
            stat -c %u /var/lib/dokku/data/storage/shop
            runuser -u dokku -- dokku config:get shop A
            """);
        Assert.Equal(
            "dokku /home/dokku/shop/VHOST\ndokku /home/dokku/shop/link\ndokku /var/lib/dokku/config/shop/ENV\nroot /etc/passwd\n32767\n1\n", said);
    }

    [Fact]
    public async Task prepares_a_tree_that_will_be_a_machine_without_starting_anything()
    {
        var said = await RunAsync("""
            mkdir -p /tmp/tree/etc /tmp/tree/usr/bin /tmp/tree/var; cp /etc/passwd /etc/group /etc/shadow /etc/gshadow /tmp/tree/etc
            $BERTH install --root /tmp/tree >/dev/null; echo "status $?"
            grep -c ^dokku: /tmp/tree/etc/passwd /etc/passwd; readlink /tmp/tree/usr/bin/dokku; ls -d /home/dokku /tmp/tree/home/dokku 2>/dev/null
            $BERTH install --root /tmp/tree | sed -n 2p; $BERTH uninstall --root /tmp/tree >/dev/null; ls /tmp/tree/usr/bin
            $BERTH install --root /tmp/nothing 2>&1 | head -1
            """);
        Assert.Equal(
            "status 0\n/tmp/tree/etc/passwd:1\n/etc/passwd:0\n/usr/local/bin/berth\n/tmp/tree/home/dokku\n-----> Everything is in place, nothing to do\n"
            + " !     /tmp/nothing is no system's tree: it has no /etc/passwd.\n",
            said);
    }

    [Fact]
    public async Task is_for_root_and_says_what_it_does_not_understand()
    {
        var said = await RunAsync("""
            useradd -M someone
            runuser -u someone -- $BERTH install; echo "status $?"
            $BERTH install --nonsense; echo "status $?"
            $BERTH uninstall --dry-run
            usermod --home /srv/dokku $(useradd -M dokku && echo dokku); $BERTH install; echo "status $?"
            """);
        Assert.Contains(" !     This command must be run as root\nstatus 1\n", said, StringComparison.Ordinal);
        Assert.Contains("berth install knows no option '--nonsense'.", said, StringComparison.Ordinal);
        Assert.Contains("do nothing: Berth is not installed", said, StringComparison.Ordinal);
        Assert.Contains("There is a user dokku whose home is /srv/dokku", said, StringComparison.Ordinal);
    }

    public void Dispose() => _machine.Dispose();

    private async Task<string> RunAsync(string script)
    {
        Assert.SkipWhen(ScratchMachine.Missing is not null, ScratchMachine.Missing ?? "");
        var result = await _machine.RunAsync($"exec 2>&1; {script}");
        return result.Output + result.Error;
    }
}
