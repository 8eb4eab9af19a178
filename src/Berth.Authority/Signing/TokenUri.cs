using Berth.Kernel;

namespace Berth.Authority.Signing;

/// <summary>Names a key in a hardware token (RFC 7512): <c>pkcs11:token=berth;object=root?module-path=…&amp;pin-source=…</c>. Holds no PIN.</summary>
/// <param name="Token">The token's label.</param>
/// <param name="Object">The key's label; null for the token itself.</param>
/// <param name="Module">The token's PKCS#11 library.</param>
/// <param name="PinSource">The file whose first line is the PIN.</param>
internal sealed record TokenUri(string Token, string? Object, string Module, string PinSource)
{
    internal const string Scheme = "pkcs11:";

    /// <exception cref="ProblemException"><see cref="AuthorityProblems.TokenNotUsable"/>.</exception>
    internal static TokenUri Parse(string text)
    {
        if (!text.StartsWith(Scheme, StringComparison.Ordinal))
        {
            throw AuthorityProblems.UnusableToken("it is not a pkcs11: URI").AsException();
        }

        var (path, query) = text[Scheme.Length..].Split('?', 2) is [var first, var second] ? (first, second) : (text[Scheme.Length..], "");
        var values = path.Split(';').Concat(query.Split('&')).Select(pair => pair.Split('=', 2)).Where(pair => pair.Length == 2)
            .GroupBy(pair => pair[0], pair => Uri.UnescapeDataString(pair[1])).ToDictionary(group => group.Key, group => group.First());
        if (values.ContainsKey("pin-value"))
        {
            throw AuthorityProblems.UnusableToken("it holds the PIN itself; put the PIN into a file with mode 0600 and name that as pin-source").AsException();
        }

        return new TokenUri(Required(values, "token"), values.GetValueOrDefault("object"), Required(values, "module-path"), PathOf(Required(values, "pin-source")));
    }

    public override string ToString() =>
        $"{Scheme}token={Uri.EscapeDataString(Token)}{(Object is null ? "" : ";object=" + Uri.EscapeDataString(Object))}?module-path={Module}&pin-source={PinSource}";

    private static string PathOf(string source) => source.StartsWith("file:", StringComparison.Ordinal) ? source["file:".Length..] : source;

    private static string Required(Dictionary<string, string> values, string name) => values.GetValueOrDefault(name) is { Length: > 0 } value
        ? value
        : throw AuthorityProblems.UnusableToken($"it does not say '{name}='").AsException();
}
