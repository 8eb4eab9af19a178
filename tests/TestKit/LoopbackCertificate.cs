using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Berth.TestKit;

/// <summary>A self-signed TLS certificate for <c>localhost</c> and 127.0.0.1, with its key.</summary>
public static class LoopbackCertificate
{
    /// <param name="from">From when on, counted from now; an hour ago where nothing is said.</param>
    /// <param name="until">Until when, counted from now.</param>
    public static X509Certificate2 Create(TimeSpan? from = null, TimeSpan? until = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);

        // Of its own name: who trusts several in one file looks for them by that.
        var request = new CertificateRequest($"CN=localhost, O={Guid.NewGuid():N}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now + (from ?? TimeSpan.FromHours(-1)), now + (until ?? TimeSpan.FromDays(2)));
    }

    /// <summary>A client that trusts this certificate alone and follows no redirects.</summary>
    public static HttpClient CreateClient(X509Certificate2 root, Func<HttpMessageHandler, HttpMessageHandler>? wrap = null) =>
        CreateClient(Trusting(root), wrap);

    /// <summary>Likewise, judging dates as of another time, or for null not at all.</summary>
    public static HttpClient CreateClientAsOf(DateTimeOffset? time, X509Certificate2 root)
    {
        var trust = Trusting(root);
        if (time is { } at)
        {
            trust.VerificationTime = at.LocalDateTime;
        }
        else
        {
            trust.VerificationFlags = X509VerificationFlags.IgnoreNotTimeValid;
        }

        return CreateClient(trust, null);
    }

    private static X509ChainPolicy Trusting(X509Certificate2 root)
    {
        var trust = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        trust.CustomTrustStore.Add(root);
        return trust;
    }

    private static HttpClient CreateClient(X509ChainPolicy trust, Func<HttpMessageHandler, HttpMessageHandler>? wrap)
    {
        HttpMessageHandler handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            SslOptions = { CertificateChainPolicy = trust },
        };
        return new HttpClient(wrap?.Invoke(handler) ?? handler);
    }
}
