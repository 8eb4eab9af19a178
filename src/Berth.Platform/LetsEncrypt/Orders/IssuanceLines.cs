using Berth.Acme.Issuing;
using Berth.Kernel;
using Berth.Platform.CommandLine;

namespace Berth.Platform.LetsEncrypt.Orders;

/// <summary>The steps of an issuance that a person should see.</summary>
internal sealed class IssuanceLines(CommandOutput output, ChosenSolvers chosen) : IProgress<IssuanceStep>
{
    public void Report(IssuanceStep value)
    {
        var line = value.Kind switch
        {
            IssuanceStepKind.OrderResumed => "Going on with the order that was open",
            IssuanceStepKind.OrderDropped => $"The order that was open is of no use any more: {value.Detail}",
            IssuanceStepKind.ValidationFailed or IssuanceStepKind.NotProved => $"{value.Name}: {value.Detail}",
            IssuanceStepKind.NameLeftOut => $"{value.Name} is left out, so that the others get their certificate{(value.Detail is { } why ? $": {Printable.Of(why, 400)}" : "")}",
            IssuanceStepKind.ChallengePresented => Instead(value.Name!, value.Detail!),
            IssuanceStepKind.ProofLeft => value.Detail,
            IssuanceStepKind.ProfileLeftOut => $"The server has no profile {value.Detail}: ordered without it",
            IssuanceStepKind.ReplacesLeftOut => $"The server would not count this as a renewal: {value.Detail}",
            IssuanceStepKind.PreferredChainMissing => $"The server has no chain to {value.Detail}: its default one is used",
            IssuanceStepKind.ClockSkew => $"This machine's clock differs from the server's by {value.Detail}",
            _ => null,
        };
        if (line is not null)
        {
            output.Detail(line);
        }
    }

    // What was announced is what is tried first: which challenges a server offers, it tells with the order.
    private string? Instead(string name, string type) =>
        DomainName.TryParse(name, out var known) && chosen.FirstFor(known) is { } first && first != type
            ? $"The server offers no {first.ToUpperInvariant()} for {name} that can be answered: {type.ToUpperInvariant()} is used"
            : null;
}
