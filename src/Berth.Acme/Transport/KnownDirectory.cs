using System.Collections.Frozen;
using Berth.Acme.Protocol;

namespace Berth.Acme.Transport;

/// <summary>A directory as it was read.</summary>
/// <param name="Directory">What the server said.</param>
/// <param name="ReadAt">A timestamp of the client's clock.</param>
/// <param name="Hosts">host:port of the directory and of all it names.</param>
internal sealed record KnownDirectory(AcmeDirectory Directory, long ReadAt, FrozenSet<string> Hosts)
{
    internal static KnownDirectory Of(Uri url, AcmeDirectory directory, long readAt)
    {
        string?[] named =
        [
            url.OriginalString, directory.NewNonce, directory.NewAccount, directory.NewOrder, directory.NewAuthz, directory.RevokeCert,
            directory.KeyChange, directory.RenewalInfo,
        ];
        var hosts = named.Select(text => Uri.TryCreate(text, UriKind.Absolute, out var uri) ? uri.Authority : null).OfType<string>();
        return new KnownDirectory(directory, readAt, hosts.ToFrozenSet(StringComparer.OrdinalIgnoreCase));
    }
}
