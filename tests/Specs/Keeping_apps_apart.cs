using System.Globalization;
using Berth.TestKit;

namespace Berth.Specs;

public sealed class Keeping_apps_apart(SharedServer server)
{
    private BerthServer Berth => server.Berth;

    [Fact]
    public async Task gives_each_app_an_account_of_its_own_when_the_daemon_is_root()
    {
        var (first, second) = (await AccountOfAsync("apart1"), await AccountOfAsync("apart2"));
        if (Environment.IsPrivilegedProcess)
        {
            Assert.InRange(first, 200_000, 300_000);
            Assert.NotEqual(first, second);
        }
        else
        {
            // Only root can; then the apps are the daemon's own, and so is the test.
            Assert.Equal(first, second);
        }
    }

    [Fact]
    public async Task lets_an_app_read_neither_anothers_secrets_nor_berths()
    {
        await HelloApp.DeployWithCertificateAsync(Berth, "apart3");
        using var spy = new ScratchFolder();
        await File.WriteAllTextAsync(spy["Procfile"], "web: perl spy.pl\n");
        await File.WriteAllTextAsync(spy["spy.pl"],
            $$"""
            $| = 1;
            for my $path (qw({{Berth.Home}}/apart3/tls/server.key {{Berth.Lib}}/config/apart3/ENV {{Berth.Lib}}/data/authority/keys/root.key {{Berth.Lib}}/run/berth.sock)) {
                print "$path ", (-r $path ? 'open' : 'closed'), "\n";
            }
            print "secret ", $ENV{DOKKU_LETSENCRYPT_EMAIL} // 'unknown', "\n";
            require IO::Socket::INET;
            my $server = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $ENV{PORT}, Listen => 5) or die;
            $server->accept while 1;
            """);
        await Berth.OkAsync("apps:create", "apart4");
        await Berth.OkAsync("deploy", "apart4", spy.Path);

        var seen = await Berth.OkAsync("logs", "apart4", "-q");

        Assert.Contains("secret unknown", seen, StringComparison.Ordinal);
        if (Environment.IsPrivilegedProcess)
        {
            Assert.DoesNotContain(" open", seen, StringComparison.Ordinal);
        }
    }

    private async Task<int> AccountOfAsync(string app)
    {
        await HelloApp.DeployAsync(Berth, app);
        var status = await Berth.OkAsync("ps:report", app, "--status-web.1");
        var process = int.Parse(status.Split("PID: ")[1].Split(',')[0], CultureInfo.InvariantCulture);
        var line = File.ReadLines($"/proc/{process}/status").First(text => text.StartsWith("Uid:", StringComparison.Ordinal));
        return int.Parse(line.Split('\t')[1], CultureInfo.InvariantCulture);
    }
}
