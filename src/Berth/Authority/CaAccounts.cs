using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Berth.Acme.Protocol;
using Berth.Authority.Storage;

namespace Berth.Authority;

/// <summary>Who orders: accounts, and the keys that tie new accounts to customers.</summary>
internal static class CaAccounts
{
    private const int AtOnce = 1000;

    public static IReadOnlyList<CaVerb> Verbs { get; } =
    [
        new("accounts list", "[--data <folder>] [--format json|text]", "List accounts", "", ListAsync),
        new("accounts show", "[--data <folder>] [--format json|text] <account>", "Show an account and its certificates", "", ShowAsync),
        new("accounts deactivate", "[--data <folder>] <account>", "End an account: it can order nothing more",
            "Its certificates stay valid; `berth ca revoke` takes them back.", DeactivateAsync),
        new("paused", "[--data <folder>] [--format json|text]", "List names that accounts can order nothing for, as their validations failed too often in a row", "", ListPausedAsync),
        new("unpause", "[--data <folder>] [--name <name>] <account>", "Let an account order again for its paused names, or for one of them",
            "Its failures are counted from nothing.", UnpauseAsync),
        new("eab add", "[--data <folder>] [--format json|text] [--id <id>] [--name <pattern>] [--accounts <number>] [--orders-per-day <number>] [--days <days>]",
            "Make a key that lets a customer register (external account binding)",
            "The key is shown once.\n    --name            what its accounts may order: example.com, .example.com for all below it, 10.0.0.0/8; may be repeated\n"
            + "    --accounts        how many accounts may register with it\n    --orders-per-day  how many orders they may make in 24 hours, together\n"
            + "    --days            how long it lets accounts register",
            AddBindingAsync),
        new("eab list", "[--data <folder>] [--format json|text]", "List binding keys", "", ListBindingsAsync),
        new("eab remove", "[--data <folder>] <id>", "Take a binding key away; accounts bound with it can order nothing more", "", RemoveBindingAsync),
    ];

    private static async Task<int> ListAsync(CaCall call)
    {
        var accounts = await call.Place.WithStoreAsync(AllAsync);
        call.Tell(
            json =>
            {
                json.WriteStartArray();
                foreach (var account in accounts)
                {
                    Write(json, account, null);
                }

                json.WriteEndArray();
            },
            () => [["ACCOUNT", "STATUS", "CREATED", "CONTACTS"], .. accounts.Select(account => new[]
            {
                account.Id, Text(account.Status), Day(account.Created), string.Join(' ', account.Contacts),
            })]);
        return 0;
    }

    private static async Task<int> ShowAsync(CaCall call)
    {
        var id = call.Words.Only("an account's id");
        var (account, certificates) = await call.Place.WithStoreAsync(async store => (
            await store.FindAccountAsync(id, CancellationToken.None) ?? throw CaProblems.NoAccount(id).AsException(),
            await store.ListCertificatesAsync(new CertificateFilter { AccountId = id }, AtOnce, CancellationToken.None)));
        call.Tell(
            json => Write(json, account, certificates),
            () =>
            [
                ["Account:", account.Id],
                ["Status:", Text(account.Status)],
                ["Created:", Day(account.Created)],
                ["Contacts:", string.Join(' ', account.Contacts)],
                ["Key:", account.Thumbprint],
                .. account.BindingKey is { } binding ? (string[][])[["Binding key:", binding]] : [],
                ["Certificates:", certificates.Length.ToString(CultureInfo.InvariantCulture)],
                .. certificates.Select(each => new[] { "", $"{each.Serial}  until {Day(each.NotAfter)}  {string.Join(' ', each.Names)}" }),
            ]);
        return 0;
    }

    private static async Task<int> DeactivateAsync(CaCall call)
    {
        var id = call.Words.Only("an account's id");
        await call.Place.WithStoreAsync(async store =>
        {
            var account = await store.FindAccountAsync(id, CancellationToken.None);
            return account is not null && await store.UpdateAccountAsync(account with { Status = AccountStatus.Revoked }, CancellationToken.None)
                ? true
                : throw CaProblems.NoAccount(id).AsException();
        });
        call.Output.Line($"Account {id} can order nothing more.");
        return 0;
    }

    private static async Task<int> ListPausedAsync(CaCall call)
    {
        var paused = await call.Place.WithStoreAsync(store => store.ListPausedAsync(int.MaxValue, CancellationToken.None));
        call.Tell(
            json =>
            {
                json.WriteStartArray();
                foreach (var each in paused)
                {
                    json.WriteStartObject();
                    json.WriteString("account", each.AccountId);
                    json.WriteString("name", each.Name);
                    json.WriteString("since", each.Since.UtcDateTime);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            },
            () => [["ACCOUNT", "NAME", "SINCE"], .. paused.Select(each => new[] { each.AccountId, each.Name, Day(each.Since) })]);
        return 0;
    }

    private static async Task<int> UnpauseAsync(CaCall call)
    {
        var (id, name) = (call.Words.Only("an account's id"), call.Words.Value("--name"));
        var names = await call.Place.WithStoreAsync(store => store.UnpauseAsync(id, name?.ToLowerInvariant(), CancellationToken.None));
        if (names.IsEmpty)
        {
            throw CaProblems.NothingPaused(id, name).AsException();
        }

        foreach (var each in names)
        {
            call.Output.Line($"Account {id} can order for {each} again.");
        }

        return 0;
    }

    private static async Task<int> AddBindingAsync(CaCall call)
    {
        var words = call.Words;
        var now = call.Time.GetUtcNow();
        var key = new BindingKeyRecord
        {
            Id = words.Value("--id") ?? RandomNumberGenerator.GetHexString(16, lowercase: true),
            Secret = RandomNumberGenerator.GetBytes(32),
            Created = now,
            Expires = words.Number("--days") is { } days ? now.AddDays(days) : null,
            Names = words.Values("--name"),
            MostAccounts = words.Number("--accounts", int.MaxValue),
            OrdersPerDay = words.Number("--orders-per-day", int.MaxValue),
        };
        if (key.Id.Length is 0 or > 64 || !key.Id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
        {
            throw words.Bad("An id is 1 to 64 letters, digits, dots, hyphens and underscores.");
        }

        if (key.Names.FirstOrDefault(name => Policy.NamePattern.Parse(name) is null) is { } wrong)
        {
            throw words.Bad($"'{Kernel.Printable.Of(wrong)}' is none of a name, a name with a dot in front, an address and a network.");
        }

        await call.Place.WithStoreAsync(async store =>
        {
            if (await store.FindBindingKeyAsync(key.Id, CancellationToken.None) is not null)
            {
                throw words.Bad($"There is a binding key '{key.Id}' already.");
            }

            await store.AddBindingKeyAsync(key, CancellationToken.None);
            return true;
        });
        var secret = StrictBase64Url.Encode(key.Secret);
        call.Tell(
            json =>
            {
                json.WriteStartObject();
                json.WriteString("kid", key.Id);
                json.WriteString("hmacKey", secret);
                json.WriteEndObject();
            },
            () => [["Key id:", key.Id], ["HMAC key:", secret]]);
        return 0;
    }

    private static async Task<int> ListBindingsAsync(CaCall call)
    {
        var keys = await call.Place.WithStoreAsync(store => store.ListBindingKeysAsync(CancellationToken.None));
        call.Tell(
            json =>
            {
                json.WriteStartArray();
                foreach (var key in keys)
                {
                    json.WriteStartObject();
                    json.WriteString("kid", key.Id);
                    json.WriteString("created", key.Created.UtcDateTime);
                    json.WriteString("expires", key.Expires?.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
                    json.WriteString("names", string.Join(' ', key.Names));
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            },
            () => [["KEY", "CREATED", "EXPIRES", "NAMES"], .. keys.Select(key => new[]
            {
                key.Id, Day(key.Created), key.Expires is { } end ? Day(end) : "never", key.Names.IsEmpty ? "any" : string.Join(' ', key.Names),
            })]);
        return 0;
    }

    private static async Task<int> RemoveBindingAsync(CaCall call)
    {
        var id = call.Words.Only("a key's id");
        if (!await call.Place.WithStoreAsync(store => store.RemoveBindingKeyAsync(id, CancellationToken.None)))
        {
            throw CaProblems.NoBinding(id).AsException();
        }

        call.Output.Line($"Binding key {id} is gone.");
        return 0;
    }

    private static async Task<List<AccountRecord>> AllAsync(SqlStore store)
    {
        var all = new List<AccountRecord>();
        while (await store.ListAccountsAsync(all.Count == 0 ? "" : all[^1].Id, AtOnce, CancellationToken.None) is { IsEmpty: false } page)
        {
            all.AddRange(page);
        }

        return all;
    }

    private static void Write(Utf8JsonWriter json, AccountRecord account, ImmutableArray<CertificateRecord>? certificates)
    {
        json.WriteStartObject();
        json.WriteString("id", account.Id);
        json.WriteString("status", Text(account.Status));
        json.WriteString("created", account.Created.UtcDateTime);
        json.WriteString("thumbprint", account.Thumbprint);
        json.WriteString("bindingKey", account.BindingKey);
        json.WriteStartArray("contacts");
        foreach (var contact in account.Contacts)
        {
            json.WriteStringValue(contact);
        }

        json.WriteEndArray();
        if (certificates is { } all)
        {
            json.WriteStartArray("certificates");
            foreach (var each in all)
            {
                json.WriteStringValue(each.Serial);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static string Text(AccountStatus status) => status.ToString().ToLowerInvariant();

    private static string Day(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
}
