using Berth.Acme.Issuing;
using Berth.Acme.Limits;
using Berth.Kernel;
using Berth.Platform.CommandLine;
using Berth.Platform.LetsEncrypt.Lineages;

namespace Berth.Platform.LetsEncrypt.Orders;

/// <summary>One order at one server.</summary>
/// <param name="App">Whose certificate it is.</param>
/// <param name="Server">Whom it is asked of.</param>
/// <param name="Settings">The settings that hold.</param>
/// <param name="Request">What is asked for.</param>
/// <param name="Planned">What it will cost.</param>
/// <param name="Journal">Keeps it.</param>
/// <param name="Solvers">How its names are proved.</param>
/// <param name="Output">Where progress goes.</param>
public sealed record ServerOrder(
    AppName App,
    WantedServer Server,
    LetsEncryptSettings Settings,
    IssuanceRequest Request,
    PlannedOrder Planned,
    OrderJournal Journal,
    ChosenSolvers Solvers,
    CommandOutput Output)
{
    /// <summary>Whether its certificate is thrown away.</summary>
    public bool IsRehearsal { get; init; }

    /// <summary>Names that a wildcard of it stands for: they are ordered once that is left out.</summary>
    internal IReadOnlyList<string> Spared => [.. Request.Names.Select(name => name.Text).Except(Planned.Names)];
}
