using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Berth.Authority.Storage;
using Berth.Kernel;

namespace Berth.Authority;

/// <summary>What the authority has issued: look, and revoke.</summary>
internal static class CaRecords
{
    private const int Most = 100_000;

    // RFC 5280 §5.3.1, the ones an operator has a use for.
    private static readonly string[] Reasons =
        ["unspecified", "keyCompromise", "", "affiliationChanged", "superseded", "cessationOfOperation", "", "", "", "privilegeWithdrawn"];

    public static IReadOnlyList<CaVerb> Verbs { get; } =
    [
        new("status", "[--data <folder>] [--format json|text]", "Show the authorities, what they have issued, and what is due", "", StatusAsync),
        new("inventory",
            "[--data <folder>] [--format json|text] [--expiring <days>] [--name <text>] [--account <id>] [--issuer <number>] [--revoked] [--expired] [--limit <number>]",
            "List certificates, the next to expire first",
            "    --expiring  only those that end within so many days\n    --name      only those with a name that holds the text\n"
            + "    --revoked   revoked ones instead\n    --expired   expired ones as well\n    --limit     how many at most; 100000 by default",
            InventoryAsync),
        new("revoke", "[--data <folder>] [--reason unspecified|keyCompromise|affiliationChanged|superseded|cessationOfOperation|privilegeWithdrawn] <serial|file>",
            "Revoke a certificate, by its serial number or its file", "CRLs carry it from their next request on.", RevokeAsync),
        new("crl show", "[--data <folder>] [--format json|text] [--issuer <number>]", "Show what is revoked and has not expired", "", ShowCrlAsync),
        new("crl refresh", "[--data <folder>] [--issuer <number>]", "Have the CRLs signed anew at their next request", "They are anyway, in time.", RefreshCrlAsync),
    ];

    private static async Task<int> StatusAsync(CaCall call)
    {
        using var hierarchy = call.Place.OpenHierarchy();
        var (now, served) = (call.Time.GetUtcNow(), call.Place.IsServed);
        var counts = await call.Place.WithStoreAsync(store => store.CountAsync(now, CancellationToken.None));
        call.Tell(
            json =>
            {
                json.WriteStartObject();
                json.WriteBoolean("serving", served);
                json.WriteString("database", call.Place.Options.Database?.ToString() ?? call.Place.DatabaseFile);
                json.WriteNumber("schema", SqlSchema.Newest);
                json.WriteStartObject("root");
                Certificate(json, hierarchy.Root);
                json.WriteBoolean("keyHere", hierarchy.HasRootKey);
                json.WriteEndObject();
                json.WriteStartArray("intermediates");
                foreach (var issuer in hierarchy.Issuers)
                {
                    json.WriteStartObject();
                    json.WriteString("id", issuer.Id);
                    Certificate(json, issuer.Certificate);
                    json.WriteBoolean("signing", issuer == hierarchy.Current);
                    json.WriteNumber("chains", issuer.Chains.Length);
                    json.WriteString("certifies", issuer.Constraints.ToString());
                    json.WriteEndObject();
                }

                json.WriteEndArray();
                json.WriteBoolean("successorNeeded", hierarchy.NeedsSuccessor);
                json.WriteNumber("accounts", counts.Accounts);
                json.WriteNumber("certificates", counts.Certificates);
                json.WriteNumber("valid", counts.Valid);
                json.WriteNumber("expiringInAWeek", counts.ExpiringInAWeek);
                json.WriteNumber("revoked", counts.Revoked);
                json.WriteNumber("orders", counts.Orders);
                json.WriteNumber("inWork", counts.Working);
                json.WriteEndObject();
            },
            () =>
            [
                ["Serving:", served ? "yes" : "no"],
                ["Database:", call.Place.Options.Database?.ToString() ?? call.Place.DatabaseFile],
                ["Root:", $"{Printable.Of(hierarchy.Root.Subject)}, until {Day(hierarchy.Root.NotAfter)}, key {(hierarchy.HasRootKey ? "here" : "elsewhere")}"],
                .. hierarchy.Issuers.Select(issuer => new[]
                {
                    $"Intermediate {issuer.Id}:",
                    $"{Printable.Of(issuer.Certificate.Subject)}, until {Day(issuer.Certificate.NotAfter)}{(issuer == hierarchy.Current ? ", signing" : "")}{(issuer.Chains.Length > 1 ? $", {issuer.Chains.Length - 1} alternate" : "")}",
                }),
                ["Certifies:", Printable.Of(hierarchy.Current.Constraints.ToString())],
                .. hierarchy.NeedsSuccessor ? (string[][])[["Due:", "a new intermediate (berth ca request)"]] : [],
                ["Accounts:", Text(counts.Accounts)],
                ["Certificates:", $"{counts.Certificates}, {counts.Valid} valid, {counts.ExpiringInAWeek} end within a week, {counts.Revoked} revoked"],
                ["Orders:", $"{counts.Orders}, {counts.Working} in work"],
            ]);
        return 0;
    }

    private static async Task<int> InventoryAsync(CaCall call)
    {
        var (words, now) = (call.Words, call.Time.GetUtcNow());
        var filter = new CertificateFilter
        {
            EndsAfter = words.Has("--expired") ? DateTimeOffset.UnixEpoch : now,
            EndsBefore = words.Number("--expiring") is { } days ? now.AddDays(days) : DateTimeOffset.MaxValue,
            Name = words.Value("--name") is { } name
                ? name.Any(c => c is '%' or '_' or '\n') ? throw words.Bad("A name holds no '%' and no '_'.") : name.ToLowerInvariant()
                : "",
            AccountId = words.Value("--account") ?? "",
            IssuerId = words.Value("--issuer") ?? "",
            Revoked = words.Has("--revoked") ? true : null,
        };
        var found = await call.Place.WithStoreAsync(store => store.ListCertificatesAsync(filter, words.Number("--limit", Most) ?? Most, CancellationToken.None));
        call.Tell(
            json =>
            {
                json.WriteStartArray();
                foreach (var each in found)
                {
                    json.WriteStartObject();
                    json.WriteString("serial", each.Serial);
                    json.WriteStartArray("names");
                    foreach (var name in NamesOf(each))
                    {
                        json.WriteStringValue(name);
                    }

                    json.WriteEndArray();
                    json.WriteString("account", each.AccountId);
                    json.WriteString("issuer", each.IssuerId);
                    json.WriteString("notBefore", each.NotBefore.UtcDateTime);
                    json.WriteString("notAfter", each.NotAfter.UtcDateTime);
                    json.WriteString("status", Status(each, now));
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            },
            () => [["SERIAL", "EXPIRES", "IN", "STATUS", "NAMES"], .. found.Select(each => new[]
            {
                each.Serial, Day(each.NotAfter.UtcDateTime), $"{Math.Floor((each.NotAfter - now).TotalDays)}d", Status(each, now), string.Join(' ', NamesOf(each)),
            })]);
        return 0;
    }

    private static async Task<int> RevokeAsync(CaCall call)
    {
        var word = call.Words.Only("a serial number, or the certificate's file");
        var serial = File.Exists(word) ? SerialIn(word) : word.Replace(":", "", StringComparison.Ordinal).ToLowerInvariant();
        var reason = call.Words.Value("--reason") is not { Length: > 0 } name ? 0
            : Array.IndexOf(Reasons, name) is >= 0 and var code ? code
            : throw call.Words.Bad($"There is no reason '{Printable.Of(name)}'; there are {string.Join(", ", Reasons.Where(known => known.Length > 0))}.");
        await call.Place.WithStoreAsync(async store =>
        {
            if (await store.FindCertificateAsync(serial, CancellationToken.None) is null)
            {
                throw CaProblems.NoCertificate(serial).AsException();
            }

            return await store.RevokeAsync(serial, call.Time.GetUtcNow(), reason, CancellationToken.None)
                ? true
                : throw CaProblems.RevokedBefore(serial).AsException();
        });
        call.Output.Line($"Certificate {serial} is revoked.");
        return 0;
    }

    private static async Task<int> ShowCrlAsync(CaCall call)
    {
        using var hierarchy = call.Place.OpenHierarchy();
        var wanted = call.Words.Value("--issuer");
        var issuers = hierarchy.Issuers.Where(issuer => wanted is null || issuer.Id == wanted).ToList();
        var entries = await call.Place.WithStoreAsync(async store =>
        {
            var found = new List<(string Issuer, RevokedSerial Entry)>();
            foreach (var issuer in issuers)
            {
                found.AddRange((await store.ListRevokedAsync(issuer.Id, call.Time.GetUtcNow(), CancellationToken.None)).Select(entry => (issuer.Id, entry)));
            }

            return found;
        });
        call.Tell(
            json =>
            {
                json.WriteStartArray();
                foreach (var (issuer, entry) in entries)
                {
                    json.WriteStartObject();
                    json.WriteString("issuer", issuer);
                    json.WriteString("serial", entry.Serial);
                    json.WriteString("revoked", entry.At.UtcDateTime);
                    json.WriteString("reason", ReasonOf(entry.Reason));
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            },
            () => [["ISSUER", "SERIAL", "REVOKED", "REASON"], .. entries.Select(each => new[]
            {
                each.Issuer, each.Entry.Serial, Day(each.Entry.At.UtcDateTime), ReasonOf(each.Entry.Reason),
            })]);
        return 0;
    }

    private static async Task<int> RefreshCrlAsync(CaCall call)
    {
        using var hierarchy = call.Place.OpenHierarchy();
        var wanted = call.Words.Value("--issuer");
        await call.Place.WithStoreAsync(async store =>
        {
            foreach (var issuer in hierarchy.Issuers.Where(issuer => wanted is null || issuer.Id == wanted))
            {
                await store.RenewCrlAsync(issuer.Id, CancellationToken.None);
            }

            return true;
        });
        call.Output.Line("The CRLs are signed anew at their next request.");
        return 0;
    }

    private static string SerialIn(string file)
    {
        try
        {
            using var certificate = X509CertificateLoader.LoadCertificateFromFile(file);
            return certificate.SerialNumber.ToLowerInvariant();
        }
        catch (CryptographicException e)
        {
            throw CaProblems.UnusableFile(file, e.Message).AsException(e);
        }
    }

    private static ImmutableArray<string> NamesOf(CertificateRecord each)
    {
        if (!each.Names.IsEmpty)
        {
            return each.Names;
        }

        using var parsed = X509CertificateLoader.LoadCertificate(each.Der);
        var names = parsed.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single();
        return [.. names.EnumerateDnsNames(), .. names.EnumerateIPAddresses().Select(address => address.ToString())];
    }

    private static string Status(CertificateRecord each, DateTimeOffset now) =>
        each.Revoked is not null ? "revoked" : each.NotAfter <= now ? "expired" : "valid";

    private static string ReasonOf(int code) => code < Reasons.Length && Reasons[code].Length > 0 ? Reasons[code] : Text(code);

    private static void Certificate(Utf8JsonWriter json, X509Certificate2 certificate)
    {
        json.WriteString("subject", certificate.Subject);
        json.WriteString("notAfter", certificate.NotAfter.ToUniversalTime());
        json.WriteString("sha256", certificate.GetCertHashString(HashAlgorithmName.SHA256).ToLowerInvariant());
    }

    private static string Day(DateTime time) => time.ToUniversalTime().ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
