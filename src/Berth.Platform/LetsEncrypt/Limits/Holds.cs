using System.Globalization;
using Berth.Acme.Limits;
using Berth.Platform.LetsEncrypt.Lineages;

namespace Berth.Platform.LetsEncrypt.Limits;

/// <summary>Says in words what a ledger holds back.</summary>
internal static class Holds
{
    public static LineageGate ToGate(LimitHold hold, WantedServer server, string limits) => new()
    {
        Kind = hold.IsSetAside ? GateKind.SetAside
            : hold.Kind is not null ? GateKind.Limit
            : hold.IsPause ? GateKind.Paused
            : GateKind.RetryAfter,
        Until = hold.Until,
        Reason = Reason(hold),
        Server = server.Key,
        Limits = limits,
        Page = hold.Page,
    };

    public static string Reason(LimitHold hold) => hold is { IsSetAside: true, Kind: { } limit }
        ? $"What was left of the limit {NameOf(limit, hold.Subject)} is for {(limit == LimitKind.NewAccounts ? "accounts that were about to be registered" : "orders that were about to be placed")}."
        : hold.Kind is { } kind
        ? $"The limit {NameOf(kind, hold.Subject)} is used up."
        : $"It asked to wait{(hold.Subject.Length == 0 ? "" : $" with {hold.Subject}")}: {hold.Words}";

    // An account without an e-mail has no name.
    private static string NameOf(LimitKind kind, string subject) => LimitNotation.NameOf(kind) + (subject.Length == 0 ? "" : $" of {subject}");

    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
}
