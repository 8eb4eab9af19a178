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

    public static string Reason(LimitHold hold) => hold is { IsSetAside: true, Kind: { } limit } ? $"What was left of the limit {LimitNotation.NameOf(limit)} of {hold.Subject} is for orders that were about to be placed."
        : hold.Kind is { } kind
        ? $"The limit {LimitNotation.NameOf(kind)} of {hold.Subject} is used up."
        : $"It asked to wait{(hold.Subject.Length == 0 ? "" : $" with {hold.Subject}")}: {hold.Words}";

    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
}
