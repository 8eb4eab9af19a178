using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Berth.Daemon;
using Berth.Kernel;
using Berth.Platform.Certs;
using Berth.Platform.LetsEncrypt;

namespace Berth.Doctor;

/// <summary>Visits an app the way a browser does, at this machine's edge, and verifies the certificate it shows.</summary>
internal sealed class AppVisit(Services services, DaemonRecord? record)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public async IAsyncEnumerable<Finding> LookAsync(AppName app)
    {
        foreach (var fault in services.Domains.Read(app).Faults)
        {
            yield return Finding.Fail(fault.Found, fault.Remedy);
        }

        if (services.Runtime.ObstacleOf(app) is { } obstacle)
        {
            yield return Finding.Fail($"its processes could not be started anew: {obstacle.Found}", obstacle.Remedy);
        }

        foreach (var fault in services.Config.FaultsFor(app))
        {
            yield return Finding.Warn(fault, $"Correct or remove that line, then berth ps:restart {app}");
        }

        var names = services.Domains.DomainsOf(app).Where(name => !name.IsWildcard).ToArray();
        if (names.Length == 0)
        {
            yield return Finding.Warn("it has no domains, so nobody can reach it", $"Add one: berth domains:add {app} www.example.com");
        }

        if (await ContainersAsync(app) is { } containers)
        {
            yield return containers;
        }

        if (services.Manager.LastFailureOf(app) is { } failure)
        {
            yield return Finding.Fail($"its certificate could not be had last time: {failure.Found}", failure.Remedy);
        }

        if (record is null)
        {
            yield break;
        }

        foreach (var name in names)
        {
            await foreach (var finding in VisitAsync(app, name))
            {
                yield return finding;
            }
        }
    }

    /// <summary>An app that a Dokku server started runs on, and is nobody's to mind but its owner's.</summary>
    private async Task<Finding?> ContainersAsync(AppName app)
    {
        if (services.Containers.ContainersOf(app) is not { Count: > 0 } known)
        {
            return null;
        }

        var found = await services.Containers.LookAtAsync(app, CancellationToken.None);
        return found.IsEmpty
            ? Finding.Fail(
                $"none of the {known.Count} containers that Dokku started for it answers",
                $"Deploy it with Berth, or start what Dokku made: docker start {known[0].Id[..12]}")
            : Finding.Warn(
                $"it runs in containers that Dokku started; requests go to {string.Join(", ", found)}, but Berth does not start or stop them",
                "Deploy it with Berth to have it minded: its config, domains and certificate are in use already.");
    }

    private async IAsyncEnumerable<Finding> VisitAsync(AppName app, DomainName name)
    {
        var secure = services.Certificates.Exists(app);
        var port = secure ? record!.HttpsPort : record!.HttpPort;
        var url = string.Create(
            CultureInfo.InvariantCulture, $"{(secure ? "https" : "http")}://{name}{(port is 80 or 443 ? "" : $":{port}")}/");
        X509Certificate2? shown = null;
        string? root = null;
        using var client = Visitor(port, certificate => (shown, root) = certificate);
        yield return await AskAsync(client, url);
        if (!secure)
        {
            yield return Finding.Warn($"{name} is on plain HTTP", $"berth letsencrypt {app}");
        }

        if (shown is null)
        {
            yield break;
        }

        using (shown)
        {
            var facts = CertificateFacts.Of(shown);
            yield return Finding.Ok($"certificate for {string.Join(", ", facts.Names)}, issued by {facts.Issuer}");
            yield return root is null
                ? Finding.Fail("its chain leads to no root that this machine trusts", "berth certs:report shows what is installed.")
                : Finding.Ok($"chain verified up to {root}");
            yield return Finding.Ok(Times(app, facts));
        }
    }

    private string Times(AppName app, CertificateFacts facts)
    {
        var now = TimeProvider.System.GetUtcNow();
        var renewal = services.Certificates.IsFromAcme(app)
            ? $"next renewal {Day(services.Manager.RenewalOf(app, facts))}, by the daemon itself"
            : "installed by hand, so renewed by hand";
        return $"expires {Day(facts.NotAfter)} (in {RemainingTime.Format(facts.NotAfter - now)}), {renewal}";
    }

    private static string Day(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    private static async Task<Finding> AskAsync(HttpClient client, string url)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            using var response = await client.GetAsync(url);
            var body = await response.Content.ReadAsStringAsync();
            var took = Stopwatch.GetElapsedTime(started).TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture);
            var answer = $"{url} answered {(int)response.StatusCode} in {took} ms: {Printable.Of(body.Trim(), 120)}";
            return (int)response.StatusCode < 500 ? Finding.Ok(answer) : Finding.Fail(answer, "berth logs shows what the app says, berth ps:report whether it runs.");
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            return Finding.Fail($"{url} does not answer: {e.InnerException?.Message ?? e.Message}", "berth doctor shows whether daemon and ports are well.");
        }
    }

    /// <summary>A client that goes to this machine's edge whatever DNS says, so that the edge is what is looked at.</summary>
    private HttpClient Visitor(int port, Action<(X509Certificate2 Leaf, string? Root)> seen)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            ConnectCallback = async (_, cancel) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), cancel);
                return new NetworkStream(socket, ownsSocket: true);
            },
            SslOptions = new SslClientAuthenticationOptions
            {
                // Nothing secret is sent, and what is wrong with the certificate is exactly what the visit is to tell.
#pragma warning disable CA5359
                RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
                {
                    var leaf = X509CertificateLoader.LoadCertificate(certificate!.GetRawCertData());
                    seen((leaf, errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) ? null : RootOf(leaf, chain, errors)));
                    return true;
                },
#pragma warning restore CA5359
            },
        };
        return new HttpClient(handler) { Timeout = Patience, MaxResponseContentBufferSize = 1 << 20 };
    }

    /// <returns>The root the chain leads to: one the system trusts, or Berth's own; null when neither.</returns>
    private string? RootOf(X509Certificate2 leaf, X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors == SslPolicyErrors.None)
        {
            return chain?.ChainElements[^1].Certificate.Subject;
        }

        if (record?.AuthorityRoot is not { } file || chain is null)
        {
            return null;
        }

        try
        {
            using var own = new X509Chain();
            own.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            own.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            own.ChainPolicy.CustomTrustStore.ImportFromPemFile(file);
            own.ChainPolicy.ExtraStore.AddRange(chain.ChainPolicy.ExtraStore);
            return own.Build(leaf) ? own.ChainElements[^1].Certificate.Subject : null;
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
