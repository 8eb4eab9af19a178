using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Berth.Acme.Dns;

/// <summary>One request to a provider's API.</summary>
internal sealed record ProviderRequest(HttpMethod Method, Uri Url)
{
    internal IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];

    internal byte[]? Body { get; init; }

    internal string ContentType { get; init; } = "application/json";

    internal ProviderRequest With<T>(T body, JsonTypeInfo<T> type) => this with { Body = JsonSerializer.SerializeToUtf8Bytes(body, type) };

    internal ProviderRequest WithForm(IEnumerable<(string Name, string Value)> fields) => this with
    {
        Body = Encoding.ASCII.GetBytes(string.Join('&', fields.Select(
            field => $"{Uri.EscapeDataString(field.Name)}={Uri.EscapeDataString(field.Value)}"))),
        ContentType = "application/x-www-form-urlencoded",
    };
}
