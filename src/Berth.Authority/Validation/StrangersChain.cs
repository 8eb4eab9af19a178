using System.Security.Cryptography.X509Certificates;

namespace Berth.Authority.Validation;

/// <summary>How the chain of a stranger's certificate is built: its certificates name addresses of their issuers and CRLs, and nothing goes there.</summary>
internal static class StrangersChain
{
    internal static X509ChainPolicy Policy => new() { RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
}
