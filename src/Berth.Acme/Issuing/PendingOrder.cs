using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Berth.Acme.Issuing;

/// <summary>An order under way, as kept on disk: all that the next process needs to finish it.</summary>
public sealed record PendingOrder
{
    public required string DirectoryUrl { get; init; }

    public required string AccountUrl { get; init; }

    /// <summary>Sorted, each once.</summary>
    public required IReadOnlyList<string> Names { get; init; }

    public required KeyType KeyType { get; init; }

    public string? Profile { get; init; }

    /// <summary>The certificate's private key, PKCS #8 PEM: a secret.</summary>
    public required string PrivateKeyPem { get; init; }

    public required OrderStage Stage { get; init; }

    /// <summary>From <see cref="OrderStage.Ordered"/> on.</summary>
    public string? OrderUrl { get; init; }

    /// <summary>From <see cref="OrderStage.Finalizing"/> on.</summary>
    public string? FinalizeUrl { get; init; }

    /// <summary>From <see cref="OrderStage.Finalized"/> on.</summary>
    public string? CertificateUrl { get; init; }

    /// <summary>Leaf and chain, from <see cref="OrderStage.Downloaded"/> on.</summary>
    public string? CertificatePem { get; init; }

    public override string ToString() => $"PendingOrder {{ Stage = {Stage}, OrderUrl = {OrderUrl} }}";

    /// <returns>UTF-8 JSON that holds the private key: store it with mode 0600.</returns>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, JournalJson.Default.PendingOrder);

    /// <summary>Reads what <see cref="ToJson"/> wrote; false for anything else, never an exception.</summary>
    public static bool TryParseJson(ReadOnlySpan<byte> json, [NotNullWhen(true)] out PendingOrder? order)
    {
        try
        {
            order = JsonSerializer.Deserialize(json, JournalJson.Default.PendingOrder);
        }
        catch (JsonException)
        {
            order = null;
        }

        return order is not null;
    }

    /// <summary>True when this order would give what is asked for now.</summary>
    internal bool Serves(IssuanceRequest request, string directoryUrl, string accountUrl) =>
        DirectoryUrl == directoryUrl && AccountUrl == accountUrl && KeyType == request.KeyType && Profile == request.Profile
        && Names.SequenceEqual(request.SortedNames());
}
