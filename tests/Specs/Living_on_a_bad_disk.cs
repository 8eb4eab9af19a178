using Berth.TestKit;

namespace Berth.Specs;

/// <summary>A disk that is full or cannot be written: what worked goes on working, and nothing is half done.</summary>
public sealed class Living_on_a_bad_disk : IDisposable
{
    private const string Disk = """
        mkdir /tmp/disk; mount -t tmpfs -o size=4m tmpfs /tmp/disk
        export DOKKU_ROOT=/tmp/disk/home DOKKU_LIB_ROOT=/tmp/disk/lib
        start() { $BERTH serve --detach --http-port 0 --https-port 0 --no-authority; }
        $BERTH apps:create app >/dev/null; $BERTH config:set --no-restart app A=1 >/dev/null

        """;

    private readonly ScratchMachine _machine = new();

    [Fact]
    public async Task keeps_the_daemon_from_nothing_but_writing()
    {
        var said = await RunAsync("""
            start >/dev/null; dd if=/dev/zero of=/tmp/disk/fill bs=64k 2>/dev/null
            $BERTH config:set --no-restart app B=2; echo "status $?"; $BERTH apps:create other >/dev/null 2>&1 || echo none made
            kill -9 "$(sed -n 's/.*"processId": *\([0-9]*\).*/\1/p' /tmp/disk/lib/run/daemon.json)"
            echo -- anew; start; echo "status $?"; $BERTH config:get app A; $BERTH --quiet apps:list
            echo -- room; rm /tmp/disk/fill; $BERTH config:set --no-restart app B=2 >/dev/null; $BERTH config:get app B; $BERTH serve --stop | tail -1
            """);
        Assert.StartsWith(" !     Cannot write /tmp/disk/lib/config/app/ENV: No space left on device\n", said, StringComparison.Ordinal);
        Assert.Matches(@"\nstatus 1\nnone made\n-- anew\n !     Berth is serving \(process ", said);
        Assert.EndsWith("status 0\n1\napp\n-- room\n2\n=====> Stopped\n", said, StringComparison.Ordinal);
    }

    /// <summary>No file can tell of it: the daemon does, and the check finds it before.</summary>
    [Fact]
    public async Task tells_of_a_certificate_that_was_asked_for_and_of_the_disk()
    {
        var said = await RunAsync("""
            start >/dev/null; $BERTH domains:set app app.localhost >/dev/null; $BERTH letsencrypt:set --global email you@example.com >/dev/null
            $BERTH letsencrypt:set --global server https://127.0.0.1:9/dir >/dev/null; dd if=/dev/zero of=/tmp/disk/fill bs=64k 2>/dev/null
            $BERTH letsencrypt:enable app >/dev/null 2>&1; echo "status $?"
            $BERTH letsencrypt:status app --letsencrypt-waiting-for; $BERTH letsencrypt:status app --letsencrypt-problem; $BERTH letsencrypt:check app; $BERTH doctor app
            echo -- room; rm /tmp/disk/fill; $BERTH letsencrypt:enable app >/dev/null 2>&1
            $BERTH letsencrypt:status app --letsencrypt-problem; $BERTH letsencrypt:check app; $BERTH doctor app; $BERTH serve --stop >/dev/null
            """);
        var (full, room) = said.Split("-- room\n") is [var one, var other] ? (one, other) : throw new InvalidOperationException(said);
        Assert.Matches(@"^status 1\nits certificate could not be had,[^\n]* What was found: Cannot write [^\n]*: No space left on device\nstate-not-writable ", full);
        Assert.Matches(@"\n-----> files\n +problem  Cannot write /tmp/disk/home/app/[^\n]*: No space left on device\n", full);
        Assert.Matches(@"\n +FAIL +the daemon could do nothing for its certificate: [^\n]*No space left on device", full);
        Assert.StartsWith("acme-server-refused ", room, StringComparison.Ordinal);
        Assert.DoesNotContain("No space left", room, StringComparison.Ordinal);
    }

    [Fact]
    public async Task lets_what_only_reads_work_where_nothing_can_be_written()
    {
        var said = await RunAsync("""
            start >/dev/null; $BERTH serve --stop >/dev/null; mount -o remount,ro /tmp/disk
            $BERTH --quiet apps:list; $BERTH config:get app A; $BERTH domains:report app --domains-app-enabled
            $BERTH config:set --no-restart app B=2; echo "status $?"
            """);
        Assert.StartsWith("app\n1\nfalse\n !     Cannot write /tmp/disk/", said, StringComparison.Ordinal);
        Assert.Contains(": Read-only file system\n", said, StringComparison.Ordinal);
        Assert.EndsWith("status 1\n", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task starts_the_authority_by_itself_once_there_is_room()
    {
        var said = await RunAsync("""
            start >/dev/null; $BERTH serve --stop >/dev/null; dd if=/dev/zero of=/tmp/disk/fill bs=64k 2>/dev/null
            $BERTH serve --detach --http-port 0 --https-port 0 --authority-port 0 >/dev/null 2>&1; echo "status $?"
            test -e /tmp/disk/lib/data/authority/keys/root.pem || echo no authority yet
            rm /tmp/disk/fill
            for try in $(seq 600); do grep -q 'The authority runs after all' /tmp/disk/lib/run/berth.log && break; sleep 0.1; done
            grep -o '"authority": *"https' /tmp/disk/lib/run/daemon.json | tr -d ' '; $BERTH serve --stop | tail -1
            """);
        Assert.Equal("status 0\nno authority yet\n\"authority\":\"https\n=====> Stopped\n", said);
    }

    public void Dispose() => _machine.Dispose();

    private async Task<string> RunAsync(string script)
    {
        Assert.SkipWhen(ScratchMachine.Missing is not null, ScratchMachine.Missing ?? "");
        var result = await _machine.RunAsync($"exec 2>&1; {Disk}{script}");
        return result.Output + result.Error;
    }
}
