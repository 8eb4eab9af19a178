using Berth.Acme.Issuing;
using Berth.Kernel;
using Berth.Platform.Certs;

namespace Berth.Platform.LetsEncrypt.Lineages;

/// <summary>What there is of an app's certificate.</summary>
/// <param name="State">What was remembered between attempts.</param>
/// <param name="InService">The certificate in service, where an ACME server issued it; null otherwise.</param>
/// <param name="HasOpenOrder">Whether an order was begun and not finished.</param>
public sealed record LineageStored(LineageState State, CertificateFacts? InService, bool HasOpenOrder)
{
    /// <summary>What is wrong with the files of that certificate; null when nothing is.</summary>
    public CertificateDamage? Damage { get; init; }

    /// <summary>That order, where it can be read.</summary>
    public PendingOrder? Order { get; init; }

    /// <summary>The last failure where it was about names, or at a server, that nobody wants any more; null otherwise.</summary>
    public LineageFailure? Overtaken { get; init; }

    /// <summary>Those of the names that the certificate in service does not carry.</summary>
    public IReadOnlyList<DomainName> Missing(IEnumerable<DomainName> names) => [.. names.Where(name => !CertificateNames.Cover(InService?.Names ?? [], name))];

    /// <summary>Those names where it carries others of them, and is whole: those could be renewed without these. None otherwise.</summary>
    public IReadOnlyList<DomainName> Besides(IReadOnlyCollection<DomainName> names) =>
        this is { InService: not null, Damage: null } && Missing(names) is var missing && missing.Count < names.Count ? missing : [];

    /// <summary>What of it concerns a certificate for these names from these servers, as they are set.</summary>
    public LineageStored For(IReadOnlyList<DomainName> names, IReadOnlyList<string> servers)
    {
        if (State is { Failing.Count: 0, Gates.Count: 0, LastFailure: null })
        {
            return this;
        }

        var state = State.For([.. names.Select(name => name.Text)], servers);
        return this with { State = state, Overtaken = state.LastFailure is null ? State.LastFailure : null };
    }
}
