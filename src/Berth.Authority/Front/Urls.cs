namespace Berth.Authority.Front;

/// <summary>The URLs of every resource, under the host the client has called.</summary>
/// <param name="Base"><c>https://host:port</c>, no slash at the end.</param>
internal sealed record Urls(string Base)
{
    internal string Directory => Base + "/directory";

    internal string NewNonce => Base + "/new-nonce";

    internal string NewAccount => Base + "/new-account";

    internal string NewOrder => Base + "/new-order";

    internal string RevokeCertificate => Base + "/revoke-certificate";

    internal string KeyChange => Base + "/key-change";

    internal string Account(string id) => $"{Base}/account/{id}";

    internal string Orders(string account) => $"{Base}/account/{account}/orders";

    internal string Order(string id) => $"{Base}/order/{id}";

    internal string Finalize(string order) => $"{Base}/order/{order}/finalize";

    internal string Authorization(string id) => $"{Base}/authorization/{id}";

    internal string Challenge(string id) => $"{Base}/challenge/{id}";

    internal string Certificate(string serial) => $"{Base}/certificate/{serial}";

    /// <summary>The id in an account URL of any of this server's hosts, or null.</summary>
    /// <param name="kid">As a client sent it.</param>
    /// <param name="isOurs">True for the hosts this server answers to.</param>
    internal static string? AccountIdOf(string kid, Func<string, bool> isOurs)
    {
        const string Path = "/account/";
        return Uri.TryCreate(kid, UriKind.Absolute, out var url) && url.Scheme == Uri.UriSchemeHttps && isOurs(url.Host)
            && url.PathAndQuery.StartsWith(Path, StringComparison.Ordinal) && url.Fragment.Length == 0
            && kid.EndsWith(url.PathAndQuery, StringComparison.Ordinal)
            ? url.PathAndQuery[Path.Length..]
            : null;
    }
}
