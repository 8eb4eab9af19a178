using System.Collections.Immutable;
using System.Net;
using Berth.Acme.Protocol;
using Berth.Kernel;

namespace Berth.Authority.Policy;

/// <summary>Decides which identifiers an order may hold.</summary>
internal static class IdentifierPolicy
{
    internal const int MostNames = 100;

    /// <returns>The names in lower case, sorted, each once.</returns>
    /// <exception cref="Rejection">Names every identifier that is refused.</exception>
    internal static ImmutableArray<string> Accept(IReadOnlyList<Identifier> identifiers)
    {
        if (identifiers.Count is 0 or > MostNames)
        {
            throw Reject.Malformed($"An order names 1 to {MostNames} identifiers, this one {identifiers.Count}.");
        }

        if (identifiers.Any(identifier => identifier is null))
        {
            throw Reject.Malformed("An identifier of the order is null.");
        }

        var refused = ImmutableArray.CreateBuilder<ProblemDocument>();
        var names = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var identifier in identifiers)
        {
            if (WhyNot(identifier, out var name) is { } problem)
            {
                refused.Add(problem with { Identifier = identifier });
                continue;
            }

            names.Add(name.Text);
        }

        return refused.Count == 0 ? [.. names] : throw Reject.Identifiers(refused.ToImmutable());
    }

    private static ProblemDocument? WhyNot(Identifier identifier, out DomainName name)
    {
        name = null!;
        if (identifier.Type != Identifier.DnsType)
        {
            return Reject.Document(
                AcmeError.UnsupportedIdentifier, 400,
                $"Identifiers of type '{Printable.Of(identifier.Type, 20)}' are not supported, only 'dns'.");
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

        name = parsed;
        return parsed switch
        {
            // RFC 8555 §8.3: HTTP-01 cannot prove a wildcard.
            { IsWildcard: true } => Refused(
                identifier, "no challenge is available for a wildcard: HTTP-01 cannot prove one and DNS-01 is not offered here"),
            _ when IsAddress(parsed.Text) => Refused(identifier, "it is an IP address, not a host name"),
            _ => null,
        };
    }

    // WHATWG and RFC 3696 §2 agree: a name whose last label is a number is an address, or a mistyped one.
    private static bool IsAddress(string name) =>
        name[(name.LastIndexOf('.') + 1)..].All(char.IsAsciiDigit) || IPAddress.TryParse(name, out _);

    private static ProblemDocument Refused(Identifier identifier, string reason) => Reject.Document(
        AcmeError.RejectedIdentifier, 400, $"No certificate for '{Printable.Of(identifier.Value, 100)}': {reason}.");
}
