using System.Collections.Immutable;
using Berth.Acme.Looking;
using Berth.Acme.Protocol;
using Berth.Kernel;

namespace Berth.Authority.Validation;

/// <summary>Asks DNS whether this authority may issue for a name: the name itself, then each parent (RFC 8659 §3).</summary>
/// <param name="identities">The names this authority goes by; empty leaves the check out.</param>
internal sealed class CaaCheck(ImmutableArray<string> identities)
{
    /// <summary>How long a look counts; at issuance an older one is repeated (RFC 8659 leaves it to policy; the baseline says eight hours).</summary>
    internal static readonly TimeSpan Lifetime = TimeSpan.FromHours(8);

    private readonly ImmutableArray<string> _identities = [.. identities.Select(name => name.ToLowerInvariant())];

    internal bool IsOn => !_identities.IsEmpty;

    /// <exception cref="ValidationFailure">caa when the records forbid it; dns when they cannot be read, which forbids it too.</exception>
    internal async Task CheckAsync(ValidationTarget target, Perspective view, CancellationToken cancel)
    {
        if (!IsOn || target.Address is not null || view.IsOutsideDns(target.BaseName))
        {
            return;
        }

        for (var name = target.BaseName; name.Length > 0; name = ParentOf(name))
        {
            var records = await view.CaaAsync(name, cancel);
            if (records.Length == 0)
            {
                continue;
            }

            if (PolicyFor(target).Refusal([.. records.Select(record => new CaaProperty(record.Flags, record.Tag, record.Value))], target.IsWildcard) is { } reason)
            {
                throw new ValidationFailure(AcmeError.Caa, $"No certificate for {target.Name}: the CAA records at {name} {Printable.Of(reason, 400)}.");
            }

            return;
        }
    }

    private CaaPolicy PolicyFor(ValidationTarget target) => new() { Identities = _identities, AccountUrl = target.AccountUrl, Methods = [target.Type] };

    private static string ParentOf(string name) => name.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot ? name[(dot + 1)..] : "";
}
