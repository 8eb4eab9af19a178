using System.Security.Cryptography;
using System.Text.Json;
using Berth.Acme.Issuing;
using Berth.Acme.Protocol;
using Berth.Acme.Transport;

namespace Berth.Acme;

/// <summary>Revokes a certificate (RFC 8555 §7.6), with the account's key or with its own.</summary>
internal sealed class Revoking(AcmeClient client)
{
    /// <returns>False when it was revoked already.</returns>
    internal async Task<bool> RunAsync(
        string certificatePem, RevocationReason reason, string? keyPem, CancellationToken cancel)
    {
        var body = Body(certificatePem, reason);
        using var key = keyPem is null ? null : ReadKey(keyPem);
        try
        {
            await client.Connection.AtAsync(
                directory => directory.RevokeCert,
                directory => PostAsync(directory.RevokeCert ?? throw AcmeProblems.NoRevocation(client.Options.Host).AsException()),
                cancel);
            return true;
        }
        catch (AcmeRefusalException e) when (e.Type == AcmeError.AlreadyRevoked)
        {
            return false;
        }

        Task<AcmeResponse> PostAsync(string url) => key is null
            ? client.Account.PostAsync(url, body, cancel)
            : client.Connection.PostAsync(new Signer(key, null), url, body, cancel);
    }

    /// <exception cref="Kernel.ProblemException"><see cref="AcmeProblems.CertificateUnreadable"/>.</exception>
    internal static CertificateChain ReadCertificate(string pem)
    {
        try
        {
            return CertificateChain.Parse(pem);
        }
        catch (CryptographicException e)
        {
            throw AcmeProblems.BadCertificateFile(e.Message).AsException(e);
        }
    }

    private static byte[] Body(string certificatePem, RevocationReason reason)
    {
        var chain = ReadCertificate(certificatePem);
        var request = new RevocationRequest
        {
            Certificate = StrictBase64Url.Encode(chain.Leaf.Der),
            Reason = reason == RevocationReason.Unspecified ? null : (int)reason,
        };
        return JsonSerializer.SerializeToUtf8Bytes(request, AcmeJson.Default.RevocationRequest);
    }

    private static JwsSigningKey ReadKey(string pem)
    {
        try
        {
            return JwsSigningKey.FromPem(pem);
        }
        catch (CryptographicException e)
        {
            throw AcmeProblems.BadCertificateKey(e.Message).AsException(e);
        }
    }
}
