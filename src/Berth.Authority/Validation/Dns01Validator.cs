using System.Collections.Immutable;
using Berth.Acme.Protocol;
using Berth.Kernel;

namespace Berth.Authority.Validation;

/// <summary>Looks for a DNS-01 proof (RFC 8555 §8.4), at the name of the account's own for dns-account-01.</summary>
internal sealed class Dns01Validator : IChallengeValidator
{
    private const string Label = "_acme-challenge";
    private const int Shown = 3;

    public async Task<DateTimeOffset?> ProveAsync(ValidationTarget target, Perspective view, CancellationToken cancel)
    {
        var name = NameOf(target);
        var expected = KeyAuthorization.Dns01Value(target.KeyAuthorization);
        var found = await view.TextAsync(name, cancel);
        return found.Contains(expected, StringComparer.Ordinal) ? null : throw Missing(name, expected, found);
    }

    internal static string NameOf(ValidationTarget target) => target.Type == ChallengeType.DnsAccount01
        ? $"{AccountLabel.Of(target.AccountUrl)}.{Label}.{target.BaseName}"
        : $"{Label}.{target.BaseName}";

    private static ValidationFailure Missing(string name, string expected, ImmutableArray<string> found) => found.IsEmpty
        ? new ValidationFailure(AcmeError.Dns, $"There is no TXT record at {name}; one must hold '{expected}'.")
        : new ValidationFailure(
            AcmeError.IncorrectResponse,
            $"The TXT records at {name} hold {string.Join(", ", found.Take(Shown).Select(text => $"'{Printable.Of(text, 60)}'"))}"
            + (found.Length > Shown ? $" and {found.Length - Shown} more" : "") + $"; none is '{expected}'.");
}
