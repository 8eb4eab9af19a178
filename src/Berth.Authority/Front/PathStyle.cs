using System.Collections.Frozen;

namespace Berth.Authority.Front;

/// <summary>How the resources are spelled in URLs: our own way, or that of Pebble, which tests of clients expect.</summary>
internal sealed class PathStyle
{
    internal static readonly PathStyle Plain = new([]);

    internal static readonly PathStyle Pebble = new(new Dictionary<string, string>
    {
        ["directory"] = "dir",
        ["new-nonce"] = "nonce-plz",
        ["new-account"] = "sign-me-up",
        ["new-order"] = "order-plz",
        ["revoke-certificate"] = "revoke-cert",
        ["key-change"] = "rollover-account-key",
        ["account/*"] = "my-account/*",
        ["account/*/orders"] = "list-orderz/*",
        ["order/*"] = "my-order/*",
        ["order/*/finalize"] = "finalize-order/*",
        ["authorization/*"] = "authZ/*",
        ["challenge/*"] = "chalZ/*",
        ["certificate/*"] = "certZ/*",
    });

    private readonly FrozenDictionary<string, string> _spelled;
    private readonly FrozenDictionary<string, string> _routes;

    private PathStyle(Dictionary<string, string> spelled) => (_spelled, _routes) = (
        spelled.ToFrozenDictionary(StringComparer.Ordinal),
        spelled.ToFrozenDictionary(pair => pair.Value, pair => pair.Key, StringComparer.Ordinal));

    /// <param name="route">As in the table of routes: <c>order/*</c>.</param>
    /// <param name="id">What the star stands for.</param>
    internal string PathOf(string route, string id = "") =>
        "/" + _spelled.GetValueOrDefault(route, route).Replace("*", id, StringComparison.Ordinal);

    /// <param name="spelled">As in a request, its id a star.</param>
    internal string RouteOf(string spelled) => _routes.GetValueOrDefault(spelled, spelled);
}
