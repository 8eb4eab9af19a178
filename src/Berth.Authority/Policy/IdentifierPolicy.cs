using System.Collections.Immutable;
using System.Net;
using Berth.Acme.Protocol;
using Berth.Kernel;

namespace Berth.Authority.Policy;

/// <summary>Decides which identifiers an order may hold.</summary>
/// <param name="names">What the operator allows.</param>
internal sealed class IdentifierPolicy(NamePolicy names)
{
    internal const int MostNames = 100;

    /// <param name="identifiers">As they were sent.</param>
    /// <param name="profile">The kind of certificate they are for.</param>
    /// <param name="alsoWithin">What the account is bound to, besides what the operator allows.</param>
    /// <returns>Names in lower case and addresses, sorted, each once.</returns>
    /// <exception cref="Rejection">Names every identifier that is refused.</exception>
    internal ImmutableArray<string> Accept(IReadOnlyList<Identifier> identifiers, OrderProfile profile, NamePolicy? alsoWithin)
    {
        if (identifiers.Count == 0 || identifiers.Count > profile.MostNames)
        {
            throw Reject.Malformed($"An order names 1 to {profile.MostNames} identifiers, this one {identifiers.Count}.");
        }

        if (identifiers.Any(identifier => identifier is null))
        {
            throw Reject.Malformed("An identifier of the order is null.");
        }

        var refused = ImmutableArray.CreateBuilder<ProblemDocument>();
        var accepted = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var identifier in identifiers)
        {
            if ((Read(identifier, out var name) ?? WhyNot(identifier, name, profile, alsoWithin)) is { } problem)
            {
                refused.Add(problem with { Identifier = identifier });
                continue;
            }

            accepted.Add(name);
        }

        return refused.Count == 0 ? [.. accepted] : throw Reject.Identifiers(refused.ToImmutable());
    }

    private ProblemDocument? WhyNot(Identifier identifier, string name, OrderProfile profile, NamePolicy? alsoWithin) => 0 switch
    {
        _ when name.StartsWith("*.", StringComparison.Ordinal) && !profile.AllowWildcards
            => Refused(identifier, "this profile has no wildcards"),
        _ when identifier.Type == Identifier.IpType && !profile.AllowAddresses
            => Refused(identifier, "this profile has no addresses"),
        _ when !names.Covers(name) => Refused(identifier, "this authority's policy does not allow the name"),
        _ when alsoWithin?.Covers(name) == false
            => Refused(identifier, "the key this account is bound with does not allow the name"),
        _ => null,
    };

    /// <param name="identifier">As it was sent.</param>
    /// <param name="name">The name as orders hold it.</param>
    /// <returns>Null when it is well formed.</returns>
    internal static ProblemDocument? Read(Identifier identifier, out string name)
    {
        name = "";
        switch (identifier.Type)
        {
            case Identifier.IpType:
                name = identifier.Value;
                return IsWrittenAddress(name)
                    ? null
                    : Refused(identifier, "it is not an address as RFC 8738 §3 writes one (dotted decimal, or RFC 5952)", AcmeError.Malformed);
            case not Identifier.DnsType:
                return Reject.Document(
                    AcmeError.UnsupportedIdentifier, 400,
                    $"Identifiers of type '{Printable.Of(identifier.Type, 20)}' are not supported, only 'dns' and 'ip'.");
        }

        // RFC 8555 §7.1.4: Unicode names arrive as A-labels.
        if (!identifier.Value.All(char.IsAscii))
        {
            return Refused(identifier, "it is not ASCII; write international names as A-labels (xn--…)");
        }

        if (!DomainName.TryParse(identifier.Value, out var parsed, out var reason))
        {
            return Refused(identifier, reason);
        }

        name = parsed.Text;
        return IsAddress(name) ? Refused(identifier, "it is an IP address, not a host name; its type is 'ip'") : null;
    }

    private static bool IsWrittenAddress(string text) =>
        IPAddress.TryParse(text, out var address) && address.ToString() == text && !text.Contains('%', StringComparison.Ordinal)
            && !address.IsIPv4MappedToIPv6;

    // WHATWG and RFC 3696 §2 agree: a name whose last label is a number is an address, or a mistyped one.
    private static bool IsAddress(string name) =>
        name[(name.LastIndexOf('.') + 1)..].All(char.IsAsciiDigit) || IPAddress.TryParse(name, out _);

    private static ProblemDocument Refused(
        Identifier identifier, string reason, string type = AcmeError.RejectedIdentifier) => Reject.Document(
        type, 400, $"No certificate for '{Printable.Of(identifier.Value, 100)}': {reason}.");
}
