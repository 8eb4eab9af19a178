using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Berth.Specs.Plugins;
using Berth.TestKit;

namespace Berth.Specs;

public sealed class Being_told_of_certificates
{
    [Fact]
    public async Task keeps_events_fires_triggers_posts_to_a_webhook_and_shows_metrics()
    {
        await using var hook = await Hook.StartAsync(failures: 1);
        await using var berth = await BerthServer.StartAsync();
        await SmallPlugin.InstallAsync(berth, "told", ("post-letsencrypt-issued", "echo \"$1 $2\" >> \"$DOKKU_LIB_ROOT/told.txt\""));
        await berth.OkAsync("apps:create", "hello");
        await berth.OkAsync("domains:set", "hello", "hello.localhost");
        await berth.OkAsync("letsencrypt:set", "--global", "email", "you@example.com");
        await berth.OkAsync("letsencrypt:set", "--global", "server", "berth");
        var set = await berth.OkAsync("letsencrypt:set", "--global", "notify-webhook", hook.Url + "secret-path");

        await berth.OkAsync("letsencrypt:enable", "hello");

        using var posted = JsonDocument.Parse(await hook.NextAsync());
        Assert.Equal("issued", posted.RootElement.GetProperty("event").GetString());
        Assert.Equal("hello", posted.RootElement.GetProperty("app").GetString());
        Assert.Equal("hello.localhost", posted.RootElement.GetProperty("names")[0].GetString());
        Assert.DoesNotContain("PRIVATE", posted.RootElement.GetRawText(), StringComparison.Ordinal);
        await Eventually.TrueAsync(() => Task.FromResult(
            File.Exists($"{berth.Lib}/told.txt") && File.ReadAllText($"{berth.Lib}/told.txt") == "hello hello.localhost\n"));
        Assert.Matches(@"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC  issued +hello has a new certificate for hello\.localhost\. Expires: ", await berth.OkAsync("letsencrypt:events", "hello"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode($"{berth.Lib}/data/letsencrypt/--global/events.jsonl"));
        Assert.DoesNotContain("secret-path", set + berth.Log + await berth.OkAsync("letsencrypt:report", "hello"), StringComparison.Ordinal);
        var metrics = await berth.OkAsync("metrics");
        Assert.Contains("berth_certificates{state=\"valid\"} 1\n", metrics, StringComparison.Ordinal);
        Assert.Matches("berth_certificate_not_after_timestamp_seconds\\{app=\"hello\"\\} \\d{10}\n", metrics);
        Assert.Matches("berth_renewals_last_look_timestamp_seconds \\d{10}\n", metrics);
    }

    /// <summary>Who asks why it is another finds that; who did it need not be sent a notice.</summary>
    [Fact]
    public async Task keeps_what_was_done_by_hand_among_the_events_and_sends_it_to_nobody()
    {
        await using var hook = await Hook.StartAsync(failures: 0);
        await using var berth = await BerthServer.StartAsync();
        using var scratch = new ScratchFolder();
        await SmallPlugin.InstallAsync(berth, "told", ("post-letsencrypt-installed", "touch \"$DOKKU_LIB_ROOT/told.txt\""));
        await berth.OkAsync("apps:create", "hello");
        await berth.OkAsync("domains:set", "hello", "hello.localhost");
        await berth.OkAsync("letsencrypt:set", "--global", "email", "you@example.com");
        await berth.OkAsync("letsencrypt:set", "--global", "server", "berth");
        await berth.OkAsync("letsencrypt:set", "--global", "notify-webhook", hook.Url);
        var (chain, key) = HandMadePair.Make("hello.localhost", "By hand");
        await File.WriteAllTextAsync(scratch["crt"], chain);
        await File.WriteAllTextAsync(scratch["key"], key);

        await berth.OkAsync("certs:add", "hello", scratch["crt"], scratch["key"]);
        await berth.OkAsync("certs:remove", "hello");
        await berth.OkAsync("letsencrypt:enable", "hello");
        await berth.OkAsync("certs:remove", "hello");

        const string At = @"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC";
        Assert.Matches(
            $@"^{At}  installed +hello has a certificate for hello\.localhost that was installed by hand\. Expires: {At}\.\n{At}  removed +The certificate of hello was taken off by hand\.\n{At}  issued .*\n{At}  removed .*by hand\.\n$",
            await berth.OkAsync("letsencrypt:events", "hello"));
        using var posted = JsonDocument.Parse(await hook.NextAsync());
        Assert.Equal("issued", posted.RootElement.GetProperty("event").GetString());
        Assert.False(File.Exists($"{berth.Lib}/told.txt"));
    }

    [Fact]
    public async Task says_which_notices_have_not_got_through()
    {
        var nobody = FreePort.Next().ToString(CultureInfo.InvariantCulture);
        await using var berth = await BerthServer.StartAsync();
        await berth.OkAsync("apps:create", "hello");
        await berth.OkAsync("domains:set", "hello", "hello.localhost");
        await berth.OkAsync("letsencrypt:set", "--global", "email", "you@example.com");
        await berth.OkAsync("letsencrypt:set", "--global", "server", "berth");
        await berth.OkAsync("letsencrypt:set", "--global", "notify-webhook", $"http://127.0.0.1:{nobody}/secret-path");
        await berth.OkAsync("letsencrypt:enable", "hello");

        var told = "";
        await Eventually.TrueAsync(async () => (told = (await berth.RunAsync("letsencrypt:events")).Error).Length > 0);
        var doctor = await berth.RunAsync("doctor");

        Assert.Matches(@"1 notice is not delivered yet, the oldest that was tried of .* \(webhook, for hello\): ", told);
        Assert.Contains("1 notice is not delivered yet", doctor.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-path", told + doctor.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task mails_once_when_a_failure_needs_a_person(bool tlsFromTheStart)
    {
        await using var mail = await MailServer.StartAsync(tlsFromTheStart);
        await using var pebble = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = 1 });
        await using var berth = await BerthServer.StartAsync(new Dictionary<string, string?> { ["LEGO_CA_CERTIFICATES"] = pebble.CertificateFile });
        await berth.OkAsync("apps:create", "hello");
        await berth.OkAsync("domains:set", "hello", "hello.example.com");
        await berth.OkAsync("letsencrypt:set", "--global", "email", "you@example.com");
        await berth.OkAsync("letsencrypt:set", "--global", "server", pebble.DirectoryUrl.ToString());
        await berth.OkAsync("letsencrypt:set", "--global", "notify-smtp-host", "localhost:" + mail.Port.ToString(CultureInfo.InvariantCulture));
        await berth.OkAsync("letsencrypt:set", "--global", "notify-smtp-to", "ops@example.com");
        await berth.OkAsync("letsencrypt:set", "--global", "notify-smtp-from", "berth@example.com");
        await berth.OkAsync("letsencrypt:set", "--global", "notify-smtp-trust", mail.CertificateFile);
        await berth.OkAsync("letsencrypt:set", "--global", "notify-smtp-tls", tlsFromTheStart ? "tls" : "starttls");

        await berth.RunAsync("letsencrypt:enable", "hello");
        await Eventually.TrueAsync(() => Task.FromResult(mail.Mails.Count > 0));
        await berth.RunAsync("letsencrypt:enable", "hello");

        var text = Assert.Single(mail.Mails);
        Assert.Contains("To: ops@example.com", text, StringComparison.Ordinal);
        Assert.Contains("Certificate needs you: hello", text, StringComparison.Ordinal);
        Assert.Contains("hello.example.com", text, StringComparison.Ordinal);
        Assert.Contains("What to do: ", text, StringComparison.Ordinal);
        Assert.Equal(2, (await berth.OkAsync("letsencrypt:events", "hello", "--format", "json")).Split('\n').Count(line => line.Contains("\"needsYou\":true", StringComparison.Ordinal)));
    }

    /// <summary>Both have the notice, and the daemon is killed before either has said so.</summary>
    [Fact]
    public async Task tells_rather_twice_than_never_where_it_is_killed_while_it_tells()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        using var hook = new TcpListener(IPAddress.Loopback, 0);
        hook.Start();
        await using var mail = await MailServer.StartAsync();
        await using var pebble = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = 1 });
        await using var berth = await BerthServer.StartAsync(new Dictionary<string, string?> { ["LEGO_CA_CERTIFICATES"] = pebble.CertificateFile });
        await berth.OkAsync("apps:create", "hello");
        await berth.OkAsync("domains:set", "hello", "hello.example.com");
        await berth.OkAsync("letsencrypt:set", "--global", "email", "you@example.com");
        await berth.OkAsync("letsencrypt:set", "--global", "server", pebble.DirectoryUrl.ToString());
        await berth.OkAsync("letsencrypt:set", "--global", "notify-webhook", string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{((IPEndPoint)hook.LocalEndpoint).Port}/"));
        await berth.OkAsync("letsencrypt:set", "--global", "notify-smtp-host", "localhost:" + mail.Port.ToString(CultureInfo.InvariantCulture));
        await berth.OkAsync("letsencrypt:set", "--global", "notify-smtp-to", "silent@example.com");
        await berth.OkAsync("letsencrypt:set", "--global", "notify-smtp-from", "berth@example.com");
        await berth.OkAsync("letsencrypt:set", "--global", "notify-smtp-trust", mail.CertificateFile);

        await berth.RunAsync("letsencrypt:enable", "hello");
        using (var first = await hook.AcceptTcpClientAsync(patience.Token))
        {
            Assert.Contains("\"event\":\"failed\"", await ReadPostAsync(first, patience.Token), StringComparison.Ordinal);
            await Eventually.TrueAsync(() => Task.FromResult(mail.Mails.Count == 1));
            await berth.KillAsync();
        }

        await berth.RestartAsync();

        using var again = await hook.AcceptTcpClientAsync(patience.Token);
        Assert.Contains("\"event\":\"failed\"", await ReadPostAsync(again, patience.Token), StringComparison.Ordinal);
        await again.GetStream().WriteAsync("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"u8.ToArray(), patience.Token);
        await Eventually.TrueAsync(() => Task.FromResult(mail.Mails.Count == 2));
        await Eventually.TrueAsync(() => Task.FromResult(Directory.GetFiles($"{berth.Lib}/data/letsencrypt/--global/outbox").Length == 0));
        Assert.All(mail.Mails, text => Assert.Contains("Certificate needs you: hello", text, StringComparison.Ordinal));
    }

    private static async Task<string> ReadPostAsync(TcpClient client, CancellationToken cancel)
    {
        var text = new StringBuilder();
        var buffer = new byte[4096];
        while (!text.ToString().EndsWith('}'))
        {
            var read = await client.GetStream().ReadAsync(buffer, cancel);
            Assert.NotEqual(0, read);
            text.Append(Encoding.UTF8.GetString(buffer, 0, read));
        }

        return text.ToString();
    }

    [Fact]
    public async Task never_sends_a_mail_unencrypted_unless_told_to()
    {
        await using var mail = await MailServer.StartAsync(fromTheStart: true);
        await using var berth = await BerthServer.StartAsync();
        await berth.OkAsync("apps:create", "hello");

        var refused = await berth.RunAsync("letsencrypt:set", "hello", "notify-smtp-tls", "perhaps");
        var to = await berth.RunAsync("letsencrypt:set", "hello", "notify-smtp-to", "a@example.com\r\nRCPT TO:<b@example.com>");
        var hook = await berth.RunAsync("letsencrypt:set", "hello", "notify-webhook", "file:///etc/passwd");

        Assert.All([refused, to, hook], result => Assert.NotEqual(0, result.Status));
    }

    /// <summary>A web server that fails a few times and then keeps what is posted.</summary>
    private sealed class Hook : IAsyncDisposable
    {
        private readonly HttpListener _listener = new();
        private readonly System.Threading.Channels.Channel<string> _posted = System.Threading.Channels.Channel.CreateUnbounded<string>();
        private Task _serving = Task.CompletedTask;

        internal string Url { get; } = $"http://127.0.0.1:{FreePort.Next().ToString(CultureInfo.InvariantCulture)}/";

        internal static Task<Hook> StartAsync(int failures)
        {
            var hook = new Hook();
            hook._listener.Prefixes.Add(hook.Url);
            hook._listener.Start();
            hook._serving = hook.ServeAsync(failures);
            return Task.FromResult(hook);
        }

        internal async Task<string> NextAsync()
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
            return await _posted.Reader.ReadAsync(limit.Token);
        }

        public async ValueTask DisposeAsync()
        {
            _listener.Close();
            await _serving;
        }

        private async Task ServeAsync(int failures)
        {
            try
            {
                while (true)
                {
                    var context = await _listener.GetContextAsync();
                    using var reader = new StreamReader(context.Request.InputStream);
                    var body = await reader.ReadToEndAsync();
                    context.Response.StatusCode = failures-- > 0 ? 503 : 204;
                    if (context.Response.StatusCode == 204)
                    {
                        await _posted.Writer.WriteAsync(body);
                    }

                    context.Response.Close();
                }
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                // Closed.
            }
        }
    }
}
