using System.Security.Cryptography;
using Berth.Acme.Transport;
using Berth.Kernel;

namespace Berth.Acme.Issuing;

/// <summary>Fetches a certificate, picks the chain that is preferred, and checks it.</summary>
internal sealed class ChainDownload(AcmeClient client, IProgress<IssuanceStep>? progress)
{
    private const int MostAlternates = 8;

    /// <exception cref="OrderFailedException">What the CA sent is not the certificate ordered.</exception>
    internal async Task<CertificateChain> FetchAsync(
        string url, AsymmetricAlgorithm key, IReadOnlyList<string> names, IssuanceRequest request, CancellationToken cancel)
    {
        var response = await client.Account.PostAsync(url, default, cancel);
        var best = Check(response, key, names);
        if (IsFinal(best, request))
        {
            return best;
        }

        foreach (var alternate in response.Links.Where(link => link.Relation == "alternate").Take(MostAlternates))
        {
            if (!Uri.TryCreate(new Uri(url), alternate.Target, out var target)
                || await TryFetchAsync(target.AbsoluteUri, key, names, cancel) is not { } other)
            {
                continue;
            }

            best = IsBetter(other, best, request) ? other : best;
            if (IsFinal(best, request))
            {
                return best;
            }
        }

        if (request.PreferredChain is { } wanted && !IsPreferred(best, wanted))
        {
            progress?.Report(new IssuanceStep(IssuanceStepKind.PreferredChainMissing, Detail: wanted));
        }

        return best;
    }

    // The certificate is here: an alternate that cannot be had or used is no reason to give it up.
    private async Task<CertificateChain?> TryFetchAsync(
        string url, AsymmetricAlgorithm key, IReadOnlyList<string> names, CancellationToken cancel)
    {
        try
        {
            return Check(await client.Account.PostAsync(url, default, cancel), key, names);
        }
        catch (Exception e) when (e is AcmeRefusalException or ProblemException or OrderFailedException)
        {
            return null;
        }
    }

    /// <summary>Checks a chain that is in the journal already.</summary>
    /// <exception cref="OrderFailedException">It is of no use any more, most likely out of date.</exception>
    internal CertificateChain CheckKept(string pem, AsymmetricAlgorithm key, IReadOnlyList<string> names)
    {
        const string Source = "the order's journal";
        try
        {
            return Check(CertificateChain.Parse(pem), Source, key, names);
        }
        catch (CryptographicException e)
        {
            throw Wrong(Source, e);
        }
    }

    // A page in its place, or a part of it, says nothing of the certificate.
    private CertificateChain Check(AcmeResponse response, AsymmetricAlgorithm key, IReadOnlyList<string> names)
    {
        CertificateChain chain;
        try
        {
            chain = CertificateChain.Parse(response.Body.Span);
        }
        catch (CryptographicException e)
        {
            throw AcmeProblems.BadResponse(response.Url, $"is no certificate: {Printable.Of(e.Message)}").AsException(e);
        }

        return Check(chain, response.Url, key, names);
    }

    private CertificateChain Check(CertificateChain chain, string source, AsymmetricAlgorithm key, IReadOnlyList<string> names)
    {
        try
        {
            CertificateCheck.Require(chain, key, names, client.Clock.Both, client.Issuers);
            chain.Leaf.RequireReadable();
            return chain;
        }
        catch (CryptographicException e)
        {
            throw Wrong(source, e);
        }
    }

    private static OrderFailedException Wrong(string source, CryptographicException reason) =>
        new(AcmeProblems.WrongCertificate(source, Printable.Of(reason.Message)).AsException(reason));

    // Nothing better can follow; that a shorter chain exists is only known when all were seen.
    private static bool IsFinal(CertificateChain chain, IssuanceRequest request) =>
        !request.PreferShortChain && (request.PreferredChain is null || IsPreferred(chain, request.PreferredChain));

    private static bool IsBetter(CertificateChain other, CertificateChain best, IssuanceRequest request)
    {
        var (fits, fitted) = request.PreferredChain is { } wanted
            ? (IsPreferred(other, wanted), IsPreferred(best, wanted))
            : (true, true);
        return fits != fitted ? fits : request.PreferShortChain && other.Certificates.Count < best.Certificates.Count;
    }

    private static bool IsPreferred(CertificateChain chain, string preferred) =>
        chain.TopIssuer.Equals(preferred, StringComparison.OrdinalIgnoreCase);
}
