using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Berth.Acme.Protocol;
using Berth.Authority.Policy;
using Berth.Authority.Signing;
using Berth.Authority.Storage;
using Microsoft.Extensions.Logging;

namespace Berth.Authority.Front;

/// <summary>Certificates: download (RFC 8555 §7.4.2) and revocation (§7.6).</summary>
internal sealed class CertificateResource(
    IAuthorityStore store, Hierarchy hierarchy, TimeProvider time, ILogger log)
{
    private const string PemChain = "application/pem-certificate-chain";

    internal async Task<Reply> DownloadAsync(AcmeRequest request, CancellationToken cancel)
    {
        request.RequirePostAsGet();
        var (serial, number) = Urls.ChainOf(request.Id);
        var certificate = await store.FindCertificateAsync(serial, cancel);
        if (certificate is null || hierarchy.Find(certificate.IssuerId) is not { } issuer || number >= issuer.Chains.Length)
        {
            throw Reject.NotFound("There is no such certificate.");
        }

        if (certificate.AccountId != request.Account.Id)
        {
            throw Reject.Unauthorized("The certificate belongs to another account.");
        }

        return Reply.Text(PemChain, PemEncoding.WriteString("CERTIFICATE", certificate.Der) + "\n" + issuer.Chains[number]) with
        {
            // §7.4.2: the same leaf with another chain.
            Links = [.. Enumerable.Range(0, issuer.Chains.Length).Where(other => other != number)
                .Select(other => Reply.Link(request.Urls.Certificate(serial, other), "alternate"))],
        };
    }

    internal async Task<Reply> RevokeAsync(AcmeRequest request, CancellationToken cancel)
    {
        var wanted = request.Read(AcmeJson.Default.RevocationRequest);
        if (!StrictBase64Url.TryDecode(wanted.Certificate, out var der))
        {
            throw Reject.Malformed("The certificate is DER in base64url without padding.");
        }

        var certificate = await FindAsync(der, cancel);
        await RequireRightAsync(certificate, request, cancel);
        var reason = RevocationReasons.Accept(wanted.Reason);
        if (certificate.NotAfter <= time.GetUtcNow())
        {
            throw Reject.Malformed("The certificate has expired; there is nothing left to revoke.");
        }

        if (!await store.RevokeAsync(certificate.Serial, time.GetUtcNow(), reason, cancel))
        {
            throw Reject.AlreadyRevoked();
        }

        log.Revoked(certificate.Serial, reason);
        return new Reply();
    }

    private async Task<CertificateRecord> FindAsync(byte[] der, CancellationToken cancel)
    {
        try
        {
            using var parsed = X509CertificateLoader.LoadCertificate(der);
            var serial = SerialNumber.Text(parsed.SerialNumberBytes.Span);
            if (await store.FindCertificateAsync(serial, cancel) is { } found && found.Der.AsSpan().SequenceEqual(der))
            {
                return found;
            }
        }
        catch (CryptographicException)
        {
            throw Reject.Malformed("That is not a certificate.");
        }

        throw Reject.NotFound("This authority has not issued that certificate.");
    }

    /// <summary>§7.6: the account it was issued to, its own key, or an account that has proven all of its names.</summary>
    private async Task RequireRightAsync(CertificateRecord certificate, AcmeRequest request, CancellationToken cancel)
    {
        var mayRevoke = request.SigningAccount is { } account
            ? certificate.AccountId == account.Id || await HasProvenAllAsync(account, certificate, cancel)
            : SigningRequest.HashOf(request.Key.ExportSubjectPublicKeyInfo()) == certificate.KeyHash;
        if (!mayRevoke)
        {
            throw Reject.Unauthorized(request.SigningAccount is null
                ? "The request is signed with a key that is not the certificate's."
                : "The certificate belongs to another account, and this one has not proven all of its names.");
        }
    }

    private async Task<bool> HasProvenAllAsync(AccountRecord account, CertificateRecord certificate, CancellationToken cancel)
    {
        foreach (var name in Replacement.NamesOf(certificate))
        {
            if (await store.FindValidAuthorizationAsync(account.Id, name, time.GetUtcNow(), cancel) is null)
            {
                return false;
            }
        }

        return true;
    }
}
