using System.Text.Json;
using System.Text.Json.Serialization;
using Berth.Kernel;

namespace Berth.Acme.Dns.Providers;

/// <summary>
/// acme-dns (https://github.com/joohoi/acme-dns#api): an account for each name, kept in a file as lego keeps it; the challenge's
/// name is an alias that is made once by hand. The server keeps the last two values, so nothing is removed.
/// </summary>
internal sealed class AcmeDns : IDnsProvider
{
    private readonly ProviderHttp _http;
    private readonly string _base;
    private readonly string _file;
    private readonly DnsRights _rights;
    private readonly IReadOnlyList<string>? _allowed;
    private readonly NameGates _gate = new();

    internal AcmeDns(DnsSettings settings, HttpClient http, TimeProvider time)
    {
        _http = new ProviderHttp("acme-dns", settings, http, time, TimeSpan.FromSeconds(30));
        settings.Require("ACME_DNS_API_BASE");
        _base = settings.Url("ACME_DNS_API_BASE", "").AbsoluteUri.TrimEnd('/');
        _file = settings.Require("ACME_DNS_STORAGE_PATH");
        _rights = settings.Rights;
        _allowed = settings.Find("ACME_DNS_ALLOWLIST")?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        Patience = settings.Patience("ACME_DNS", 60, 2);
    }

    public string Code => "acme-dns";

    public DnsPatience Patience { get; }

    public bool NeedsZone => false;

    string IDnsProvider.TurnOf(DnsChange change) => $"acme-dns {_file}";

    public async ValueTask AddAsync(DnsChange change, CancellationToken cancel)
    {
        var account = await _gate.RunAsync(_file, () => AccountAsync(change, cancel), cancel);
        var request = new ProviderRequest(HttpMethod.Post, new Uri(_base + "/update"))
        {
            Headers = [("X-Api-User", account.User!), ("X-Api-Key", account.Password!)],
        };
        var response = await _http.SendAsync(
            request.With(new AcmeDnsUpdate(account.Subdomain!, change.Value), ProviderJson.Default.AcmeDnsUpdate), cancel);
        if (!response.IsSuccess)
        {
            // The account's own password is no setting: it is taken out here.
            var words = ProviderWords.Of(response.Text).Replace(account.Password!, "***", StringComparison.Ordinal);
            throw _http.Refusal(response.Status is 401 or 403, $"to add {change.Name}", words);
        }
    }

    public ValueTask RemoveAsync(DnsChange change, CancellationToken cancel) => ValueTask.CompletedTask;

    private async Task<AcmeDnsAccount> AccountAsync(DnsChange change, CancellationToken cancel)
    {
        var accounts = Load();
        var name = change.Task.Identifier.Value;
        if (accounts.TryGetValue(name, out var known)
            && known is { User: not null, Password: not null, Subdomain: not null, FullDomain: not null })
        {
            return known;
        }

        var fresh = await RegisterAsync(cancel);
        accounts[name] = fresh;
        Save(JsonSerializer.Serialize(accounts, ProviderJson.Default.DictionaryStringAcmeDnsAccount));
        throw DnsProblems.NoAlias(change.Task.Record?.Name ?? change.Name, fresh.FullDomain!).AsException();
    }

    private async Task<AcmeDnsAccount> RegisterAsync(CancellationToken cancel)
    {
        var request = new ProviderRequest(HttpMethod.Post, new Uri(_base + "/register"));
        if (_allowed is not null)
        {
            request = request.With(new AcmeDnsRegistration(_allowed), ProviderJson.Default.AcmeDnsRegistration);
        }

        const string Doing = "to register";
        var account = await _http.SendAsync(request, ProviderJson.Default.AcmeDnsAccount, Doing, cancel);
        return account is { User: not null, Password: not null, Subdomain: not null, FullDomain: not null }
            ? account with { ServerUrl = _base }
            : throw _http.Refusal(false, Doing, "its answer is not whole");
    }

    private void Save(string accounts) => _rights.Use(() =>
    {
        AtomicFile.Write(_file, accounts);
        return true;
    });

    private Dictionary<string, AcmeDnsAccount> Load()
    {
        try
        {
            return _rights.Use(() => PlainFile.Read(_file)) is { } text
                ? JsonSerializer.Deserialize(text, ProviderJson.Default.DictionaryStringAcmeDnsAccount) ?? []
                : [];
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw DnsProblems.BadSetting(Code, "ACME_DNS_STORAGE_PATH", "the file cannot be read as accounts").AsException(e);
        }
    }
}

internal sealed record AcmeDnsAccount(
    [property: JsonPropertyName("fulldomain")] string? FullDomain,
    [property: JsonPropertyName("subdomain")] string? Subdomain,
    [property: JsonPropertyName("username")] string? User,
    [property: JsonPropertyName("password")] string? Password)
{
    [JsonPropertyName("server_url")]
    public string? ServerUrl { get; init; }

    public override string ToString() => $"AcmeDnsAccount {{ FullDomain = {FullDomain} }}";
}

internal sealed record AcmeDnsUpdate([property: JsonPropertyName("subdomain")] string Subdomain, [property: JsonPropertyName("txt")] string Text);

internal sealed record AcmeDnsRegistration([property: JsonPropertyName("allowfrom")] IReadOnlyList<string> AllowFrom);
