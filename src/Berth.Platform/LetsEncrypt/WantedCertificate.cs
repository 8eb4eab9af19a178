using System.Net;
using Berth.Acme.Issuing;
using Berth.Kernel;
using Berth.Platform.LetsEncrypt.Lineages;

namespace Berth.Platform.LetsEncrypt;

/// <summary>What an app's certificate should be, decided before any server is asked.</summary>
/// <param name="Names">What can be ordered; never empty.</param>
/// <param name="LeftOut">What cannot, each with its remedy.</param>
/// <param name="Settings">The settings that hold.</param>
/// <param name="Servers">The servers to ask, the preferred one first; never empty.</param>
public sealed record WantedCertificate(
    IReadOnlyList<DomainName> Names, IReadOnlyList<Problem> LeftOut, LetsEncryptSettings Settings, IReadOnlyList<WantedServer> Servers)
{
    /// <summary>Why servers that are set cannot be asked as things are; empty where all can.</summary>
    public IReadOnlyList<Problem> Unusable { get; init; } = [];

    /// <summary>Why no name is proved over DNS, though that is set, and wildcards are left out: the others are near their end; null otherwise.</summary>
    public Problem? WithoutDns { get; init; }

    /// <summary>The names as they are kept; an order goes without those that a wildcard among them stands for.</summary>
    public IReadOnlyList<string> NameTexts => [.. Names.Select(name => name.Text)];

    /// <summary>The names without the addresses among them.</summary>
    public IReadOnlyList<DomainName> HostNames => [.. Names.Where(name => name.Address is null)];

    /// <summary>The addresses, which are ordered as such (RFC 8738).</summary>
    public IReadOnlyList<IPAddress> Addresses => [.. Names.Select(name => name.Address).OfType<IPAddress>()];

    /// <summary>Names that a look at DNS kept from being ordered; as those the server refuses, they are tried again later.</summary>
    public IReadOnlyList<FailedName> Stopped { get; init; } = [];

    /// <summary>What <see cref="SettingsStamp"/> said before a server was asked; null until then.</summary>
    public ulong? Stamp { get; init; }

    /// <summary>What was in service before a server was asked, as <see cref="LineageFiles.MarkOf"/> tells it.</summary>
    public (string? Serial, bool FromAcme, DateTimeOffset? ByHand) InService { get; init; }

    /// <summary>Whether a failure adds nothing to those before: made by hand during the pause after one, or at the next server in the same attempt.</summary>
    public bool? IsEarly { get; init; }

    /// <summary>Whether it keeps to the pause after a failure and to what a limit has left of it: nobody waits for it.</summary>
    public bool IsPatient { get; init; }

    /// <summary>Whether a person wants another certificate, whatever is in service: one for the same names will do.</summary>
    public bool IsForced { get; init; }

    /// <summary>Whether a server has failed in this attempt: the pause after that is for the next attempt, and keeps no other server from being asked in this one.</summary>
    public bool GoesOn { get; init; }

    /// <summary>Whether the server counts it as any order, for it will not have it in place of the one that it renews.</summary>
    public bool CountsInFull { get; init; }

    /// <summary>Names that had failed before, and are tried again when it is their time.</summary>
    public IReadOnlyList<FailedName> Untried { get; init; } = [];

    /// <summary>All that is to be on it, those among them that are not tried now.</summary>
    public IEnumerable<DomainName> WithUntried => [.. Names, .. Untried.Select(name => DomainName.TryParseHost(name.Name, out var untried, out _) ? untried : null).OfType<DomainName>()];

    /// <summary>Why wildcards that are on the certificate in service could not be on another as things are.</summary>
    internal IEnumerable<Problem> WildcardsLost(LineageStored stored) => LeftOut.Where(problem =>
        problem.Code == LetsEncryptProblems.WildcardNeedsDns && stored is { InService: { } facts, Damage: null } && facts.Names.Any(name => problem.Found == LetsEncryptProblems.NeedsDns(name)));

    /// <summary>Without names that have failed.</summary>
    public WantedCertificate Without(IReadOnlyList<FailedName> failed) => failed.Count == 0 ? this : this with
    {
        Names = [.. Names.Where(name => failed.All(other => other.Name != name.Text))],
    };

    /// <summary>Without names that wait.</summary>
    public WantedCertificate Without(IReadOnlyList<DomainName> waiting) => waiting.Count == 0 ? this : this with { Names = [.. Names.Except(waiting)] };

    /// <summary>The settings as one line, in the words of the client that users of 2016 know; names the certificate's folder.</summary>
    public string AsConfig(WantedServer server) =>
        $"--pem --http --accept-tos --server {server.Directory} --email {Settings.Email} {string.Join(' ', Names.Select(name => $"--domains {name}"))}";
}
