namespace Berth.Authority.Front;

/// <summary>The URLs of every resource, under the host the client has called.</summary>
/// <param name="Base"><c>https://host:port</c>, no slash at the end.</param>
/// <param name="Style">How the resources are spelled.</param>
internal sealed record Urls(string Base, PathStyle Style)
{
    internal string Directory => At("directory");

    internal string NewNonce => At("new-nonce");

    internal string NewAccount => At("new-account");

    internal string NewOrder => At("new-order");

    internal string NewAuthorization => At("new-authorization");

    /// <summary>The certificate's identifier follows after a slash (RFC 9773 §4.1).</summary>
    internal string RenewalInfo => At("renewal-info");

    /// <summary>What a hashed account in a dns-persist-01 record begins with.</summary>
    internal string AccountHashPrefix => Base + AccountHashPath;

    internal string RevokeCertificate => At("revoke-certificate");

    internal string KeyChange => At("key-change");

    internal string Account(string id) => At("account/*", id);

    internal string Orders(string account) => At("account/*/orders", account);

    internal string Order(string id) => At("order/*", id);

    internal string Finalize(string order) => At("order/*/finalize", order);

    internal string Authorization(string id) => At("authorization/*", id);

    internal string Challenge(string id) => At("challenge/*", id);

    /// <summary>One of the chains of a certificate; the first has no number.</summary>
    internal string Certificate(string serial, int chain) => chain == 0 ? Certificate(serial) : $"{Certificate(serial)}.{chain}";

    /// <summary>The certificate and the chain that an id in a URL means; a chain that cannot be is a very high one.</summary>
    internal static (string Serial, int Chain) ChainOf(string id) => id.Split('.') switch
    {
        [var serial] => (serial, 0),
        [var serial, [>= '1' and <= '9' and var digit]] => (serial, digit - '0'),
        _ => ("", int.MaxValue),
    };

    internal string Certificate(string serial) => At("certificate/*", serial);

    private string At(string route, string id = "") => Base + Style.PathOf(route, id);

    private const string AccountHashPath = "/account-hash/";

    internal static string AccountHashPrefixOf(string accountUrl) =>
        accountUrl[..Math.Max(0, accountUrl.IndexOf("/account/", StringComparison.Ordinal))] + AccountHashPath;

    /// <summary>The id in an account URL of any of this server's hosts, or null.</summary>
    /// <param name="kid">As a client sent it.</param>
    /// <param name="style">How an account's URL is spelled.</param>
    /// <param name="isOurs">True for the hosts this server answers to.</param>
    internal static string? AccountIdOf(string kid, PathStyle style, Func<string, bool> isOurs)
    {
        var path = style.PathOf("account/*");
        return Uri.TryCreate(kid, UriKind.Absolute, out var url) && url.Scheme == Uri.UriSchemeHttps && isOurs(url.Host)
            && url.PathAndQuery.StartsWith(path, StringComparison.Ordinal) && url.Fragment.Length == 0
            && kid.EndsWith(url.PathAndQuery, StringComparison.Ordinal)
            ? url.PathAndQuery[path.Length..]
            : null;
    }
}
