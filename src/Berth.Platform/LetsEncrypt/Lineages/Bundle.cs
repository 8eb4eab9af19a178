using Berth.Platform.Certs;

namespace Berth.Platform.LetsEncrypt.Lineages;

/// <summary>A certificate that is kept beside the one in service, or is that one.</summary>
/// <param name="Name">Its folder below <c>letsencrypt/certs</c>.</param>
/// <param name="Facts">What it says of itself; null when it cannot be read.</param>
/// <param name="IsCurrent">Whether <c>current</c> leads to it.</param>
public sealed record Bundle(string Name, CertificateFacts? Facts, bool IsCurrent)
{
    /// <summary>What it is called by for people: the beginning of its name.</summary>
    public string ShortName => Name[..Math.Min(8, Name.Length)];
}
