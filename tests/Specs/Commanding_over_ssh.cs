using Berth.TestKit;

namespace Berth.Specs;

/// <summary>With OpenSSH's own server and client on a machine thrown away afterwards.</summary>
public sealed class Commanding_over_ssh : IDisposable
{
    private const string Prepare = """
        exec 2>&1
        $BERTH install >/dev/null
        ssh-keygen -q -t ed25519 -N '' -C alice@laptop -f key; ssh-keygen -q -t ed25519 -N '' -f host
        mkdir -p /run/sshd
        printf 'Port 2222\nListenAddress 127.0.0.1\nHostKey /tmp/host\nPidFile none\nUsePAM no\nPasswordAuthentication no\n' >sshd.conf
        /usr/sbin/sshd -f /tmp/sshd.conf -E /tmp/sshd.log
        export GIT_SSH_COMMAND="ssh -q -i /tmp/key -p 2222 -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null"
        remote() { $GIT_SSH_COMMAND "$@"; }
        asked() { $GIT_SSH_COMMAND dokku@127.0.0.1 -- "$@"; }
        dokku ssh-keys:add 'alice smith' key.pub >/dev/null

        """;

    private readonly ScratchMachine _machine = new();

    [Fact]
    public async Task runs_commands_with_their_words_input_and_exit_status()
    {
        var said = await RunAsync("""
            asked apps:create one | head -1; asked dokku apps:list; asked apps:exists nobody; echo "status $?"
            asked "config:set one 'GREETING=hello  world' \"QUOTE=it's\"" >/dev/null 2>&1; asked config:get one GREETING; asked config:get one QUOTE
            echo one | asked apps:destroy one 2>/dev/null | tail -1; asked --quiet apps:list 2>&1
            asked | head -1
            """);
        Assert.Equal(
            "-----> Creating one...\n=====> My Apps\none\n !     App nobody does not exist\nstatus 20\nhello  world\nit's\n"
            + "> -----> Destroying one (including all add-ons)\n !     You haven't deployed any applications yet\n"
            + "Usage: dokku [--quiet|--trace|--force|--app <app>] COMMAND <app> [command-specific-options]\n",
            said);
    }

    [Fact]
    public async Task lets_nothing_of_what_was_sent_reach_a_shell()
    {
        var said = await RunAsync("""
            asked apps:create one >/dev/null
            for attack in 'apps:create $(touch /tmp/pwned)' 'apps:create `touch /tmp/pwned`' 'apps:list; touch /tmp/pwned' 'apps:list && touch /tmp/pwned' \
                'apps:list | tee /tmp/pwned' 'apps:list > /tmp/pwned' "apps:create 'x
            touch /tmp/pwned'" 'bash -i' 'sh -c "touch /tmp/pwned"' '/bin/touch /tmp/pwned' '-c touch' 'git-shell' 'scp -t /tmp' 'rsync --server'; do
              asked "$attack" >/dev/null 2>&1
            done
            asked 'config:set one A=$(touch/tmp/pwned) B=* C=`id` D=$HOME E=;' >/dev/null 2>&1; for key in A B C D E; do asked config:get one $key; done
            ls /tmp/pwned
            """);
        Assert.Contains("$(touch/tmp/pwned)\n*\n`id`\n$HOME\n;\n", said, StringComparison.Ordinal);
        Assert.EndsWith("ls: cannot access '/tmp/pwned': No such file or directory\n", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task refuses_what_is_for_administrators_and_what_a_key_may_not_do()
    {
        var said = await RunAsync("""
            for word in serve install uninstall 'ca serve' __complete '--app serve ca' '--quiet --app x --app backup ca /tmp/keys' '--quiet deploy one /etc' '--app one deploy /etc'; do asked $word 2>&1 | head -1; done
            asked ssh-keys:add eve /tmp/key.pub; echo "status $?"
            remote -o ExitOnForwardFailure=yes -W 127.0.0.1:80 dokku@127.0.0.1 </dev/null; echo "forwarding $?"
            asked ssh-keys:list
            """);
        Assert.Equal(7, said.Split('\n').Count(line => line.EndsWith("is not to be had over SSH as user dokku.", StringComparison.Ordinal) && !line.Contains("deploy", StringComparison.Ordinal)));
        Assert.Equal(2, said.Split('\n').Count(line => line.Contains("deploy with a folder of this machine is not to be had over SSH", StringComparison.Ordinal)));
        Assert.Contains(" !     This command must be run as root\nstatus 1\n", said, StringComparison.Ordinal);
        Assert.DoesNotContain("forwarding 0", said, StringComparison.Ordinal);
        Assert.EndsWith("NAME=\"alice smith\" SSHCOMMAND_ALLOWED_KEYS=\"no-agent-forwarding,no-user-rc,no-X11-forwarding,no-port-forwarding\"\n", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task tells_plugins_whose_key_it_was_and_nothing_where_there_was_none()
    {
        var said = await RunAsync("""
            mkdir -p who/subcommands; printf '[plugin]\ndescription = "x"\nversion = "1"\n[plugin.config]\n' >who/plugin.toml
            printf '#!/bin/bash\necho "[$NAME] [$SSH_NAME]"\n' >who/subcommands/inner
            printf '#!/bin/bash\necho "[$NAME] [$SSH_NAME]"; dokku who:inner\n' >who/subcommands/default
            chmod 755 who/subcommands/*; dokku plugin:install /tmp/who >/dev/null
            dokku who; asked who
            """);
        Assert.Equal("[] [default]\n[] [default]\n[alice smith] [alice smith]\n[alice smith] [alice smith]\n", said);
    }

    [Fact]
    public async Task keeps_a_key_out_from_the_moment_it_is_removed()
    {
        var said = await RunAsync("""
            asked apps:exists x; dokku ssh-keys:remove 'alice smith'; asked apps:exists x; echo "status $?"
            """);
        Assert.Equal(" !     App x does not exist\nstatus 255\n", said);
    }

    [Fact]
    public async Task lets_git_fetch_from_an_apps_repository_and_says_that_pushing_is_not_built_yet()
    {
        var said = await RunAsync("""
            export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b
            git init -q work; cd work; git commit -q --allow-empty -m 'the first'; git clone -q --bare . /home/dokku/shop; chown -R dokku /home/dokku/shop; cd ..
            git clone -q dokku@127.0.0.1:shop copy && git -C copy log --format=%s
            git -C copy push dokku@127.0.0.1:shop HEAD:main 2>&1 | head -1
            git clone -q dokku@127.0.0.1:../../etc other 2>&1 | head -1; git clone -q dokku@127.0.0.1:nobody other 2>&1 | head -1
            """);
        Assert.Equal(
            "the first\n !     Berth cannot take a push for shop yet: building from git is not part of this version.\n"
            + " !     App name must begin with lowercase alphanumeric character, and may only contain lowercase alphanumerics, dots, and hyphens\n"
            + " !     App nobody does not exist\n",
            said);
    }

    public void Dispose() => _machine.Dispose();

    private async Task<string> RunAsync(string script)
    {
        Assert.SkipWhen(ScratchMachine.Missing is not null, ScratchMachine.Missing ?? "");
        var result = await _machine.RunAsync(Prepare + script);
        return result.Output + result.Error;
    }
}
