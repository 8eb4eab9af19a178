using System.Globalization;
using System.Text.Json;
using Berth.Acme.Limits;
using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.CommandLine;
using Berth.Platform.LetsEncrypt.Limits;
using Berth.Platform.LetsEncrypt.Orders;

namespace Berth.Platform.LetsEncrypt.Commands;

/// <summary><c>letsencrypt:limits</c>: what is left of what each server counts, and when it refills; no server is asked.</summary>
public sealed class LimitCommands(Ledgers ledgers, CertificatePlanner planner, OrderRequests requests, AcmeClients clients, AppCatalog apps, TimeProvider time)
{
    public IReadOnlyList<Command> All =>
    [
        new("letsencrypt:limits", "[<app>] [--format json]", "Show what is left of each server's rate limits, and when it refills", LimitsAsync),
    ];

    private async Task<int> LimitsAsync(CommandCall call)
    {
        var words = call.Parse([], ["--format"]);
        var asJson = ReportRequest.IsJson(words.Value("--format"));
        var shown = new List<(Uri Server, IReadOnlyList<LimitState> Limits, IReadOnlyList<LimitHold> Gates)>();
        if (words.AtMost(1).At(0) is { } name)
        {
            var app = apps.Find(name);
            var wanted = planner.Plan(app, needsEmail: false);
            foreach (var server in wanted.Servers)
            {
                var ledger = await ledgers.OfAsync(server.Directory);
                var planned = requests.PlannedFor(app, wanted, server);
                var registers = !await clients.HasAccountAsync(server.Directory, wanted.Settings.Email, call.Cancel);
                shown.Add((server.Directory, ledger.StatesFor(planned, registers), [.. Ledgers.HoldsOf(ledger, planned, registers).Where(hold => hold.Gate is not null)]));
            }
        }
        else
        {
            foreach (var server in ledgers.Known)
            {
                var ledger = await ledgers.OfAsync(server);
                shown.Add((server, ledger.States(), ledger.Gates()));
            }
        }

        if (asJson)
        {
            call.Output.Line(AsJson(shown));
        }
        else
        {
            Print(shown, call.Output);
        }

        return 0;
    }

    private void Print(List<(Uri Server, IReadOnlyList<LimitState> Limits, IReadOnlyList<LimitHold> Gates)> shown, CommandOutput output)
    {
        foreach (var (server, limits, gates) in shown)
        {
            output.Headline($"Limits at {server.Authority}");
            foreach (var gate in gates)
            {
                var closed = gate.IsPause ? $"paused until a person lifts that, and asked again at {Holds.Time(gate.Until)}" : $"closed until {Holds.Time(gate.Until)}";
                output.Detail($"{closed}: {Printable.Of(Holds.Reason(gate), 600)}{(gate.Page is null ? "" : $" See {gate.Page}")}");
            }

            var rows = limits.Select(limit => new[]
            {
                LimitNotation.NameOf(limit.Kind),
                Printable.Of(limit.Subject),
                string.Create(CultureInfo.InvariantCulture, $"{limit.Left} of {limit.Of} left"),
                limit.NextAt is { } next ? $"one more in {In(next)}, all in {In(limit.FullAt ?? next)}" : "",
            });
            foreach (var line in Columns.Lay(rows))
            {
                output.Detail(line);
            }

            if (limits.Count == 0 && gates.Count == 0)
            {
                output.Detail(ledgers.AreKnownOf(server)
                    ? "nothing is spent"
                    : output.Caller.AsCalled($"no limits are known of this server, so no order is held back for one; `berth letsencrypt:set --global limits {server.Authority}/new-orders=300/3h` names them"));
            }
        }

        if (shown.Count == 0)
        {
            output.Step("Nothing is spent at a server whose limits are known: Let's Encrypt, and those that `letsencrypt:set --global limits` names.");
        }

        output.Step($"Registered domains by the Public Suffix List of {PublicSuffixes.Date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}; counted by this machine alone.");
    }

    private string In(DateTimeOffset at) => RemainingTime.Format(at - time.GetUtcNow() is var left && left > TimeSpan.FromSeconds(1) ? left : TimeSpan.FromSeconds(1));

    private static string AsJson(List<(Uri Server, IReadOnlyList<LimitState> Limits, IReadOnlyList<LimitHold> Gates)> shown) => PlainJson.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("public_suffix_list", PublicSuffixes.Date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        writer.WriteStartArray("servers");
        foreach (var (server, limits, gates) in shown)
        {
            writer.WriteStartObject();
            writer.WriteString("server", server.OriginalString);
            writer.WriteStartArray("limits");
            foreach (var limit in limits)
            {
                WriteLimit(writer, limit);
            }

            writer.WriteEndArray();
            writer.WriteStartArray("gates");
            foreach (var gate in gates)
            {
                WriteGate(writer, gate);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    });

    private static void WriteLimit(Utf8JsonWriter writer, LimitState limit)
    {
        writer.WriteStartObject();
        writer.WriteString("limit", LimitNotation.NameOf(limit.Kind));
        writer.WriteString("subject", limit.Subject);
        writer.WriteNumber("left", limit.Left);
        writer.WriteNumber("of", limit.Of);
        writer.WriteString("next_at", limit.NextAt is { } next ? PlainJson.Time(next) : null);
        writer.WriteString("full_at", limit.FullAt is { } full ? PlainJson.Time(full) : null);
        writer.WriteEndObject();
    }

    private static void WriteGate(Utf8JsonWriter writer, LimitHold gate)
    {
        writer.WriteStartObject();
        writer.WriteString("scope", gate.Gate.ToString()!.ToLowerInvariant());
        writer.WriteString("subject", gate.Subject);
        writer.WriteString("until", PlainJson.Time(gate.Until));
        writer.WriteBoolean("paused", gate.IsPause);
        writer.WriteString("words", gate.Words);
        writer.WriteString("page", gate.Page);
        writer.WriteEndObject();
    }
}
