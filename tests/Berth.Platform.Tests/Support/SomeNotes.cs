using Berth.Acme.Issuing;
using Berth.Acme.Limits;
using Berth.Kernel;
using Berth.Platform.Tests.LetsEncrypt.Simulation;

namespace Berth.Platform.Tests.Support;

/// <summary>What notes of an order are made of.</summary>
internal static class SomeNotes
{
    public static PlannedOrder Planned { get; } = new() { Account = "you@example.com", Names = ["two.example.com"] };

    public static Task<RateLedger> OpenAsync() =>
        RateLedger.OpenAsync(RateLimits.LetsEncrypt, new MemoryLedgerStore(), TimeProvider.System, CancellationToken.None);

    public static ProblemException Failure(ProblemCode code, params FailedName[] names)
    {
        var failure = new Problem(code, "It failed.", "Mend it.").AsException();
        failure.Data["berth-failed-names"] = names;
        return failure;
    }
}
