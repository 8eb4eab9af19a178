using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Berth.Acme.Protocol;

/// <summary>
/// The TXT record of dns-persist-01. Written by draft-ietf-acme-dns-persist-02 (a hash stands for the account), or as drafts
/// 00 and 01 had it (the account's URL itself) for a server that still speaks those.
/// </summary>
public sealed record PersistentRecord
{
    /// <summary>What is put in front of the name being validated.</summary>
    public const string Label = "_validation-persist";

    private const int MostIssuers = 10;
    private const string Hash = "sha-256/";

    /// <summary>One of the issuer domain names the server offers.</summary>
    public required string Issuer { get; init; }

    /// <summary>Who may order: see <see cref="HashedAccount"/>.</summary>
    public required string AccountUri { get; init; }

    /// <summary>True lets the record prove wildcards and names below its own, too.</summary>
    public bool CoversWildcard { get; init; }

    /// <summary>The CA stops believing the record then; null for never.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>The record's text (RFC 8659 §4.2 issue-value).</summary>
    public override string ToString()
    {
        var policy = CoversWildcard ? "; policy=wildcard" : "";
        var until = Until is { } time
            ? string.Create(CultureInfo.InvariantCulture, $"; persistUntil={time.ToUnixTimeSeconds()}")
            : "";
        return $"{Issuer}; accounturi={AccountUri}{policy}{until}";
    }

    /// <summary>The hashed account URI of draft-ietf-acme-dns-persist-02 §4.1.</summary>
    /// <param name="prefix">The server's <c>accountHashPrefix</c>.</param>
    /// <param name="name">The name being validated, A-labels, lower case.</param>
    /// <param name="thumbprint">The account key's, 43 characters.</param>
    /// <param name="accountUrl">The account's URL.</param>
    public static string HashedAccount(string prefix, string name, string thumbprint, string accountUrl)
    {
        byte[] input = [(byte)name.Length, .. Encoding.ASCII.GetBytes(name + thumbprint + accountUrl)];
        return prefix + Hash + StrictBase64Url.Encode(SHA256.HashData(input));
    }

    /// <summary>The record that answers a challenge.</summary>
    /// <param name="challenge">As the server offered it.</param>
    /// <param name="meta">The directory's.</param>
    /// <param name="name">The name being validated, without its wildcard label.</param>
    /// <param name="coversWildcard">True when the order asks for <c>*.</c> + the name, beside the name or alone.</param>
    /// <param name="thumbprint">The account key's.</param>
    /// <param name="accountUrl">The account's URL.</param>
    /// <returns>Null for a challenge that is malformed by the draft.</returns>
    internal static PersistentRecord? Of(
        Challenge challenge, DirectoryMeta? meta, string name, bool coversWildcard, string thumbprint, string accountUrl)
    {
        var hashed = challenge.IssuerDomainNames is not null;
        var issuers = challenge.IssuerDomainNames ?? challenge.EarlierIssuerDomainNames;
        if (issuers is not { Count: > 0 and <= MostIssuers } || !issuers.All(IsIssuer) || !Agrees(issuers, meta))
        {
            return null;
        }

        var account = !hashed ? accountUrl
            : meta?.AccountHashPrefix is { } prefix ? HashedAccount(prefix, name, thumbprint, accountUrl)
            : null;
        return account is null || !IsValue(account)
            ? null
            : new PersistentRecord { Issuer = issuers[0], AccountUri = account, CoversWildcard = coversWildcard };
    }

    // §3.2: every name of the directory is in the challenge, and every name of the challenge is a CAA identity.
    private static bool Agrees(IReadOnlyList<string> issuers, DirectoryMeta? meta)
    {
        var promised = meta?.IssuerDomainNames is { Count: > 0 and <= MostIssuers } listed && listed.All(IsIssuer) ? listed : [];
        var identities = meta?.CaaIdentities is { Count: > 0 } known ? known.Select(Normal).ToList() : null;
        return promised.All(issuers.Contains) && (identities is null || issuers.All(identities.Contains));
    }

    private static string Normal(string name) => name.TrimEnd('.').ToLowerInvariant();

    private static bool IsIssuer(string name) => Kernel.DomainName.TryParse(name, out var parsed) && !parsed.IsWildcard && parsed.Text == name;

    // A ';' or a space would begin another parameter (RFC 8659 §4.2).
    private static bool IsValue(string text) => text.Length <= 2000 && text.All(c => c is > ' ' and < '\x7f' and not ';');
}
