using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Berth.TestKit;

namespace Berth.Specs;

/// <summary>One authority takes requests and never answers; another is well.</summary>
public sealed class Renewing_beside_an_authority_that_hangs
{
    [Fact]
    public async Task does_not_wait_for_it()
    {
        var port = FreePort.Next();
        await using var pebble = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = port });
        await using var berth = await BerthServer.StartAsync(new Dictionary<string, string?> { ["LEGO_CA_CERTIFICATES"] = pebble.CertificateFile }, port);
        using var hanging = new HangingAuthority(pebble.Certificate);
        await berth.OkAsync("letsencrypt:set", "--global", "email", "you@example.com");
        await berth.OkAsync("letsencrypt:set", "--global", "server", pebble.DirectoryUrl.ToString());

        // More of them than are ever renewed at once, and all more urgent than the one at the well authority.
        string[] stuck = [.. Enumerable.Range(1, 9).Select(i => string.Create(CultureInfo.InvariantCulture, $"stuck{i}"))];
        foreach (var app in stuck.Append("well"))
        {
            await berth.OkAsync("apps:create", app);
            await berth.OkAsync("domains:set", app, $"{app}.example.com");
        }

        await berth.OkAsync("letsencrypt:set", "well", "server", pebble.DirectoryUrl.ToString());
        await berth.OkAsync("letsencrypt:enable", "--all");
        var first = await berth.OkAsync("certs:show", "well", "crt");
        await berth.OkAsync("letsencrypt:cron-job", "--remove");
        await berth.OkAsync("letsencrypt:set", "--global", "graceperiod", "31536000");
        await berth.OkAsync("letsencrypt:set", "--global", "server", hanging.Directory);
        await berth.OkAsync("letsencrypt:cron-job", "--add");
        foreach (var app in stuck.Append("well"))
        {
            await berth.OkAsync("domains:remove", app, "nothing.example.com");
        }

        await hanging.Asked;
        await berth.OkAsync("domains:remove", "well", "nothing.example.com");
        await Eventually.TrueAsync(async () => await berth.OkAsync("certs:show", "well", "crt") != first);

        // It was not waited for, then: none of its requests has come to an end.
        var waiting = new List<string>();
        foreach (var app in stuck)
        {
            Assert.Equal("\n", await berth.OkAsync("letsencrypt:status", app, "--letsencrypt-last-error"));
            waiting.Add(await berth.OkAsync("letsencrypt:status", app, "--letsencrypt-waiting-for"));
        }

        Assert.Single(waiting, said => said.EndsWith("; its turn is next\n", StringComparison.Ordinal));
    }

    private sealed class HangingAuthority : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly TaskCompletionSource _asked = new();

        public HangingAuthority(X509Certificate2 certificate)
        {
            _listener.Start();
            _ = TakeAsync(certificate);
        }

        public string Directory => string.Create(CultureInfo.InvariantCulture, $"https://localhost:{((IPEndPoint)_listener.LocalEndpoint).Port}/directory");

        public Task Asked => _asked.Task;

        public void Dispose() => _listener.Dispose();

        private async Task TakeAsync(X509Certificate2 certificate)
        {
            var kept = new List<TcpClient>();
            try
            {
                while (true)
                {
                    kept.Add(await _listener.AcceptTcpClientAsync());
                    await new SslStream(kept[^1].GetStream()).AuthenticateAsServerAsync(certificate);
                    _asked.TrySetResult();
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                kept.ForEach(client => client.Dispose());
            }
        }
    }
}
