using Berth.Acme.Limits;
using Berth.Kernel;
using Berth.Platform.Certs;
using Berth.Platform.LetsEncrypt.Lineages;

namespace Berth.Platform.Tests.LetsEncrypt.Simulation;

/// <summary>One app's certificate: the real state, and what the simulation wants to know of it.</summary>
internal sealed class SimulatedLineage(string name, string profile)
{
    private CertificateFacts? _facts;

    internal string Name => name;

    internal string Profile => profile;

    internal string Domain { get; } = PublicSuffixes.RegisteredDomain(name);

    internal LineageWants Wants { get; } = new([DomainName.Parse(name)], null);

    internal LineageState State { get; set; } = LineageState.New;

    internal SimulatedCertificate? Certificate
    {
        get;
        set
        {
            field = value;
            _facts = value is null ? null : FactsOf(value);
        }
    }

    internal LineageStored Stored => new(State, _facts, HasOpenOrder: false);

    /// <summary>Which of its wakes counts: an older one says nothing any more.</summary>
    internal int Turn { get; set; }

    internal PlannedOrder OrderAt(DateTimeOffset now) => new()
    {
        Account = "account",
        Names = [name],
        IsRenewal = Certificate is not null,
        ReplacesInWindow = Replaces(now),
    };

    /// <summary>Whether an order may name the certificate it replaces, within the window the authority suggested.</summary>
    internal bool Replaces(DateTimeOffset now) =>
        State.Advice is { Plan: { } plan, CertificateId: not null } advice && advice.Serial == _facts?.Serial && now >= plan.WindowStart;

    private CertificateFacts FactsOf(SimulatedCertificate certificate) => new()
    {
        Names = [name],
        Issuer = "CN=Simulated",
        Subject = "",
        NotBefore = certificate.NotBefore,
        NotAfter = certificate.NotAfter,
        Serial = certificate.Id,
        SelfIssued = false,
    };
}
