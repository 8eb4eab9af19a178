using System.ComponentModel;
using System.IO.Pipelines;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Berth.Edge.Tls;

namespace Berth.Edge;

/// <summary>
/// Shakes hands with itself over a certificate before visitors have to: which keys, curves and signatures TLS takes is decided by this machine's
/// OpenSSL and its policy, and only trying tells.
/// </summary>
public static class TrialHandshake
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <param name="chainPem">Leaf first.</param>
    /// <param name="keyPem">Its key.</param>
    /// <returns>Why no visitor could be served with it; null when one could.</returns>
    public static async Task<string?> RefusalAsync(string chainPem, string keyPem)
    {
        try
        {
            using var leaf = X509Certificate2.CreateFromPem(chainPem, keyPem);
            await ShakeAsync(leaf, TlsContext.Create(leaf, TlsContext.Intermediates(chainPem)));
            return null;
        }
        catch (Exception e) when (e is AuthenticationException or CryptographicException or ArgumentException or IOException
            or Win32Exception or NotSupportedException or OperationCanceledException)
        {
            return e.GetBaseException().Message;
        }
    }

    private static async Task ShakeAsync(X509Certificate2 leaf, SslServerAuthenticationOptions options)
    {
        using var limit = new CancellationTokenSource(Patience);
        var (asked, answered) = (new Pipe(), new Pipe());
        await using var server = new SslStream(new PipeStream(new Ends(asked.Reader, answered.Writer)));
        await using var visitor = new SslStream(new PipeStream(new Ends(answered.Reader, asked.Writer)));
        var serving = EndedAsync(server.AuthenticateAsServerAsync(options, limit.Token), answered.Writer);
        var visiting = EndedAsync(visitor.AuthenticateAsClientAsync(VisitTo(leaf), limit.Token), asked.Writer);
        try
        {
            await serving;
        }
        finally
        {
            await visiting.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }

        await visiting;
    }

    // Whom the certificate is for, and who vouches for it, is not the question here.
    private static SslClientAuthenticationOptions VisitTo(X509Certificate2 leaf) => new()
    {
        TargetHost = "localhost",
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null && leaf.RawDataMemory.Span.SequenceEqual(shown.GetRawCertData()),
    };

    private static async Task EndedAsync(Task shaking, PipeWriter towardsOther)
    {
        try
        {
            await shaking;
        }
        catch
        {
            // The other one waits for an answer no longer.
            await towardsOther.CompleteAsync();
            throw;
        }
    }

    private sealed record Ends(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
