using Berth.Kernel;
using Berth.Platform.LetsEncrypt.Limits;

namespace Berth.Platform.LetsEncrypt.Lineages;

/// <summary>What a certificate waits for, in words for people; the same in every command that tells of it.</summary>
internal static class GateWords
{
    public static string Of(LineageStep step, DateTimeOffset now)
    {
        // One that is over holds nothing back that is due, and not done yet.
        var words = step.OfCertificate.Gate is { } gate && gate.Until > now ? $"{step.Why}; held back: {Of(gate)}" : step.Why;
        return step.OfCertificate.Beside is { } beside ? $"{words.TrimEnd('.')}; {Of(beside, now)}" : words;
    }

    public static string Of(LineageGate gate) => $"{Shut(gate)}: {Printable.Of(gate.Reason, 600)}{(gate.Page is null || gate.Reason.Contains(gate.Page, StringComparison.Ordinal) ? "" : $" See {gate.Page}")}";

    /// <summary>Of several that all hold it back: the one that does longest.</summary>
    public static string OfLast(IReadOnlyList<LineageGate> gates) => Of(gates.MaxBy(gate => gate.Until)!);

    // No wait lifts a pause.
    private static string Shut(LineageGate gate) => gate.Kind == GateKind.Paused
        ? $"the server has paused a name until a person lifts that; it is asked again at {Holds.Time(gate.Until)}, and whenever you order by hand"
        : $"{gate.Kind switch
        {
            GateKind.Backoff => "a pause after a failure",
            GateKind.RetryAfter => "the server asked to wait",
            GateKind.Limit => "a limit is used up",
            GateKind.SetAside => "others go first",
            GateKind.UserAction => "someone must act; it is looked at again",
            GateKind.RolledBack => "a certificate was put back by hand, and stays, even if it is due,",
            _ => "a rest after renewals",
        }} {(gate.Kind == GateKind.UserAction ? "at" : "until")} {Holds.Time(gate.OverAt ?? gate.Until)}{(gate.OverAt is null ? "" : $" (looked at again at {Holds.Time(gate.Until)})")}";

    /// <summary>What keeps an order from going that nobody has tried, with what to do; none where nothing does.</summary>
    public static string[] Of(Problem? ahead) => ahead is null ? [] : [$"{ahead.Found.TrimEnd('.')}: {ahead.Remedy}"];

    /// <summary>How one that was put back by hand is replaced before its while is over.</summary>
    public static string Sooner(AppName app) => $"`berth letsencrypt:enable {app} --force` gets a new one sooner.";

    /// <summary>The gates that are still shut, in one line; empty when none is.</summary>
    public static string Of(IReadOnlyList<LineageGate> gates, DateTimeOffset now) =>
        string.Join("; ", gates.Where(gate => gate.Until > now).Select(Of));
}
