using System.Text.Json.Serialization;

namespace Berth.Acme.Protocol;

/// <summary>
/// One page of an account's orders (RFC 8555 §7.1.2.1); a <c>Link</c> header with <c>rel="next"</c> names the next.
/// </summary>
public sealed record OrderList : IJsonOnDeserialized
{
    /// <summary>Order URLs.</summary>
    public required IReadOnlyList<string> Orders { get; init; }

    void IJsonOnDeserialized.OnDeserialized() => WireList.RequireElements(Orders, "orders");
}
