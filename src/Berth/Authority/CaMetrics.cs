using System.Globalization;
using System.Text;

namespace Berth.Authority;

/// <summary>How the authority stands, in Prometheus's text format (version 0.0.4).</summary>
internal static class CaMetrics
{
    public static IReadOnlyList<CaVerb> Verbs { get; } =
    [
        new("metrics", "[--data <folder>]", "Show how the authority stands, in Prometheus's text format", "", ShowAsync),
    ];

    private static async Task<int> ShowAsync(CaCall call)
    {
        using var hierarchy = call.Place.OpenHierarchy();
        var now = call.Time.GetUtcNow();
        var counts = await call.Place.WithStoreAsync(store => store.CountAsync(now, CancellationToken.None));
        var text = new StringBuilder();
        Gauge(text, "serving", "Whether a server works in the data folder.", ("", call.Place.IsServed ? 1 : 0));
        Gauge(text, "accounts", "Valid accounts.", ("", counts.Accounts));
        Gauge(text, "orders", "Orders that are kept.", ("", counts.Orders));
        Gauge(text, "orders_in_work", "Orders that wait for their signature.", ("", counts.Working));
        Gauge(text, "certificates", "Certificates that are kept.", ("", counts.Certificates));
        Gauge(text, "certificates_valid", "Certificates that are neither expired nor revoked.", ("", counts.Valid));
        Gauge(text, "certificates_ending_in_a_week", "Valid ones that end within seven days.", ("", counts.ExpiringInAWeek));
        Gauge(text, "certificates_revoked", "Certificates that were revoked, expired ones too.", ("", counts.Revoked));
        Gauge(text, "successor_needed", "Whether a new intermediate is due and the root's key is elsewhere.", ("", hierarchy.NeedsSuccessor ? 1 : 0));
        Gauge(
            text, "not_after_timestamp_seconds", "When root and intermediates end.",
            [
                ("{certificate=\"root\"}", Seconds(hierarchy.Root.NotAfter)),
                .. hierarchy.Issuers.Select(issuer => ($"{{certificate=\"intermediate-{issuer.Id}\"}}", Seconds(issuer.Certificate.NotAfter))),
            ]);
        call.Output.Raw(text.ToString());
        return 0;
    }

    private static long Seconds(DateTime time) => new DateTimeOffset(time).ToUnixTimeSeconds();

    private static void Gauge(StringBuilder text, string name, string help, params ReadOnlySpan<(string Labels, long Value)> lines)
    {
        text.Append(CultureInfo.InvariantCulture, $"# HELP berth_authority_{name} {help}\n# TYPE berth_authority_{name} gauge\n");
        foreach (var (labels, value) in lines)
        {
            text.Append(CultureInfo.InvariantCulture, $"berth_authority_{name}{labels} {value}\n");
        }
    }
}
