using System.Collections.Immutable;
using System.Globalization;
using Berth.Authority.Storage;
using Berth.Kernel;

namespace Berth.Authority;

/// <summary>Tells clients that certificates must be replaced sooner than they would be (RFC 9773 §4.2).</summary>
internal static class CaIncidents
{
    public static IReadOnlyList<CaVerb> Verbs { get; } =
    [
        new("incident add",
            "[--data <folder>] [--format json|text] [--serial <serial>] [--issuer <number>] [--issued-from <time>] [--issued-until <time>] [--within <hours>] [--url <url>]",
            "Have clients replace certificates now, or within some hours",
            "Clients that ask for renewal information (ARI) see another window, and their renewals pass all rate limits. Nothing is revoked.\n"
            + "    --serial        a certificate; may be repeated\n    --issuer        all that an intermediate has signed\n"
            + "    --issued-from   those whose notBefore is then or later: 2026-11-27, or 2026-11-27T10:30Z\n    --issued-until  those whose notBefore is then or earlier\n"
            + "    --within        spread the renewals over so many hours; at once by default\n    --url           a page that says what happened, shown to the clients' owners",
            AddAsync),
        new("incident list", "[--data <folder>] [--format json|text]", "List incidents, the newest first", "", ListAsync),
        new("incident remove", "[--data <folder>] <id>", "End an incident: its certificates have their usual window again", "", RemoveAsync),
    ];

    private static async Task<int> AddAsync(CaCall call)
    {
        var words = call.Words;
        var serials = words.Values("--serial").Select(serial => serial.Replace(":", "", StringComparison.Ordinal).ToLowerInvariant()).ToImmutableArray();
        var common = Read(call);
        RefuseAimless(words, serials, common);
        var incidents = serials.IsEmpty ? [common] : serials.Select(serial => common with { Id = Identity.Next(call.Time), Serial = serial }).ToImmutableArray();
        await call.Place.WithStoreAsync(async store =>
        {
            foreach (var serial in serials)
            {
                _ = await store.FindCertificateAsync(serial, CancellationToken.None) ?? throw CaProblems.NoCertificate(serial).AsException();
            }

            await store.AddIncidentsAsync(incidents, CancellationToken.None);
            return true;
        });
        Tell(call, incidents);
        return 0;
    }

    private static IncidentRecord Read(CaCall call)
    {
        var (words, now) = (call.Words, call.Time.GetUtcNow());
        return new IncidentRecord
        {
            Id = Identity.Next(call.Time),
            Issuer = words.Number("--issuer")?.ToString(CultureInfo.InvariantCulture),
            IssuedFrom = words.Time("--issued-from"),
            IssuedUntil = words.Time("--issued-until"),
            // A window that is over means at once (RFC 9773 §4.2).
            Start = words.Value("--within") is null ? now.AddHours(-1) : now,
            End = words.Number("--within") is { } hours ? now.AddHours(hours) : now,
            Url = words.Value("--url") is { } url ? PageOf(url, words) : null,
        };
    }

    private static string PageOf(string url, CaWords words) =>
        Uri.TryCreate(url, UriKind.Absolute, out var page) && page.Scheme is "https" or "http"
            ? page.AbsoluteUri
            : throw words.Bad($"'{Printable.Of(url)}' is not the address of a page.");

    private static void RefuseAimless(CaWords words, ImmutableArray<string> serials, IncidentRecord common)
    {
        var isAboutMany = common.Issuer is not null || common.IssuedFrom is not null || common.IssuedUntil is not null;
        if (serials.IsEmpty != isAboutMany)
        {
            throw words.Bad(isAboutMany
                ? "An incident is about single certificates (--serial), or about all of an issuer or of a time."
                : "Say what it is about: --serial, --issuer, --issued-from or --issued-until.");
        }

        if (common.IssuedFrom > common.IssuedUntil)
        {
            throw words.Bad("--issued-from is later than --issued-until: that is no certificate at all.");
        }
    }

    private static async Task<int> ListAsync(CaCall call)
    {
        Tell(call, await call.Place.WithStoreAsync(store => store.ListIncidentsAsync(CancellationToken.None)));
        return 0;
    }

    private static async Task<int> RemoveAsync(CaCall call)
    {
        var id = call.Words.Only("an incident's id");
        if (!await call.Place.WithStoreAsync(store => store.RemoveIncidentAsync(id, CancellationToken.None)))
        {
            throw CaProblems.NoIncident(id).AsException();
        }

        call.Output.Line($"Incident {id} is over.");
        return 0;
    }

    private static void Tell(CaCall call, ImmutableArray<IncidentRecord> incidents) => call.Tell(
        json =>
        {
            json.WriteStartArray();
            foreach (var each in incidents)
            {
                json.WriteStartObject();
                json.WriteString("id", each.Id);
                json.WriteString("serial", each.Serial);
                json.WriteString("issuer", each.Issuer);
                json.WriteString("issuedFrom", Exact(each.IssuedFrom));
                json.WriteString("issuedUntil", Exact(each.IssuedUntil));
                json.WriteString("start", Exact(each.Start));
                json.WriteString("end", Exact(each.End));
                json.WriteString("url", each.Url);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        },
        () => [["INCIDENT", "ABOUT", "FROM", "UNTIL", "PAGE"], .. incidents.Select(each => new[]
        {
            each.Id, About(each), Minute(each.Start), Minute(each.End), each.Url ?? "",
        })]);

    private static string About(IncidentRecord each) => each.Serial ?? string.Join(
        ' ',
        ((string?[])
        [
            each.Issuer is { } issuer ? $"issuer {issuer}" : null,
            each.IssuedFrom is { } from ? $"from {Minute(from)}" : null,
            each.IssuedUntil is { } until ? $"until {Minute(until)}" : null,
        ]).OfType<string>());

    private static string? Exact(DateTimeOffset? time) => time?.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);

    private static string Minute(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
}
