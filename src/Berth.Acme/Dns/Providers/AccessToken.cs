using System.Text.Json.Serialization;

namespace Berth.Acme.Dns.Providers;

/// <summary>An OAuth 2 access token (RFC 6749 §4.4, RFC 7523 §2.1), got when needed and used until shortly before its end.</summary>
internal sealed class AccessToken
{
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(1);
    private readonly Func<CancellationToken, Task<(string Token, TimeSpan Lifetime)>> _fetch;
    private readonly TimeProvider _time;
    private readonly NameGates _gate = new();

    // By two clocks: one that was set back would keep it for longer, and the other stands still while the machine sleeps.
    private (string Token, DateTimeOffset Until, long Since, TimeSpan Lasts)? _known;

    /// <param name="http">The provider's.</param>
    /// <param name="settings">Keeps the token out of messages.</param>
    /// <param name="time">Tells when it ends.</param>
    /// <param name="url">The token endpoint.</param>
    /// <param name="fields">The form that is sent.</param>
    internal AccessToken(ProviderHttp http, DnsSettings settings, TimeProvider time, Uri url, Func<(string, string)[]> fields)
    {
        _time = time;
        _fetch = async cancel =>
        {
            const string Doing = "to log in";
            var response = await http.SendAsync(new ProviderRequest(HttpMethod.Post, url).WithForm(fields()), cancel);
            if (!response.IsSuccess)
            {
                throw http.Refusal(response.Status is 400 or 401 or 403, Doing, ProviderWords.Of(response.Text));
            }

            var answer = http.Read(response, ProviderJson.Default.AccessTokenAnswer, Doing);
            var token = answer.Token ?? throw http.Refusal(false, Doing, "it gave no access token");
            settings.Hide(token);
            return (token, TimeSpan.FromSeconds(Math.Clamp(answer.ExpiresIn ?? 300, 60, 86_400)));
        };
    }

    private AccessToken(string token)
    {
        _time = TimeProvider.System;
        _fetch = _ => Task.FromResult((token, TimeSpan.FromDays(1)));
    }

    internal static AccessToken Fixed(string token) => new(token);

    internal Task<string> GetAsync(CancellationToken cancel) => _gate.RunAsync("", () => GetAloneAsync(cancel), cancel);

    private async Task<string> GetAloneAsync(CancellationToken cancel)
    {
        if (_known is { } known && known.Until > _time.GetUtcNow() && _time.GetElapsedTime(known.Since) < known.Lasts)
        {
            return known.Token;
        }

        var (token, lifetime) = await _fetch(cancel);
        _known = (token, _time.GetUtcNow() + lifetime - Margin, _time.GetTimestamp(), lifetime - Margin);
        return token;
    }
}

internal sealed record AccessTokenAnswer(
    [property: JsonPropertyName("access_token")] string? Token,
    [property: JsonPropertyName("expires_in"), JsonNumberHandling(JsonNumberHandling.AllowReadingFromString)] double? ExpiresIn)
{
    public override string ToString() => $"AccessTokenAnswer {{ ExpiresIn = {ExpiresIn} }}";
}
