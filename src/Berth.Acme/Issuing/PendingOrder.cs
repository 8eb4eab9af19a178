using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Berth.Acme.Limits;

namespace Berth.Acme.Issuing;

/// <summary>An order under way, as kept on disk: all that the next process needs to finish it.</summary>
public sealed record PendingOrder
{
    /// <summary>The CA it was placed at.</summary>
    public required string DirectoryUrl { get; init; }

    /// <summary>The account it was ordered by.</summary>
    public required string AccountUrl { get; init; }

    /// <summary>Sorted, each once.</summary>
    public required IReadOnlyList<string> Names { get; init; }

    /// <summary>The kind of <see cref="PrivateKeyPem"/>.</summary>
    public required KeyType KeyType { get; init; }

    /// <summary>As it was ordered; null for the server's default.</summary>
    public string? Profile { get; init; }

    /// <summary>Names that were wanted and are not part of this order.</summary>
    public IReadOnlyList<FailedName> LeftOut
    {
        get;

        // A file from before this member existed, or from elsewhere, has none or holds null.
        init => field = [.. (value ?? []).Where(failed => failed is { Name: not null })];
    } = [];

    /// <summary>The certificate's private key, PKCS #8 PEM: a secret.</summary>
    public required string PrivateKeyPem { get; init; }

    /// <summary>How far it is known to have come.</summary>
    public required OrderStage Stage { get; init; }

    /// <summary>From <see cref="OrderStage.Ordered"/> on.</summary>
    public string? OrderUrl { get; init; }

    /// <summary>From <see cref="OrderStage.Ordered"/> on, by this machine's clock; null in a file from before this member existed.</summary>
    public DateTimeOffset? OrderedAt { get; init; }

    /// <summary>That nothing comes of asking for it; null where something has.</summary>
    public OrderSilence? Silence { get; init; }

    /// <summary>As whoever keeps the journal has counted it, which is what it gives back if it comes to nothing; null where that is not known.</summary>
    public PlannedOrder? Counted { get; init; }

    /// <summary>From <see cref="OrderStage.Finalizing"/> on.</summary>
    public string? FinalizeUrl { get; init; }

    /// <summary>From <see cref="OrderStage.Downloaded"/> on.</summary>
    public string? CertificateUrl { get; init; }

    /// <summary>Leaf and chain, from <see cref="OrderStage.Downloaded"/> on.</summary>
    public string? CertificatePem { get; init; }

    /// <inheritdoc/>
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

        // Without a server to go on at it is none.
        order = Uri.TryCreate(order?.DirectoryUrl, UriKind.Absolute, out _) ? order : null;
        return order is not null;
    }

    /// <summary>True when this order would give what is asked for now.</summary>
    internal bool Serves(IssuanceRequest request, string directoryUrl, string accountUrl) =>
        DirectoryUrl == directoryUrl && AccountUrl == accountUrl && HasKey(request)
        && HasProfile(request)
        && (LeftOut.Count == 0 || request.TakesRest(Names))
        && IsFor([.. request.AllNames(), .. request.LeftOut.Select(failed => failed.Name)]);

    /// <summary>Whether it is for these names, those that it went without among them.</summary>
    /// <param name="names">All that is wanted.</param>
    public bool IsFor(IReadOnlyCollection<string> names)
    {
        var gone = LeftOut.Select(failed => failed.Name).ToHashSet(StringComparer.Ordinal);
        return gone.All(names.Contains) && OrderNames.Of(names.Where(name => !gone.Contains(name))).SequenceEqual(Names.Distinct().Order(StringComparer.Ordinal));
    }

    private bool HasProfile(IssuanceRequest request) => Profile == request.Profile
        || (Profile is null && !request.ProfileIsRequired)
        || (request is { Profile: null, Addresses.Count: > 0 } && Profile == IssuanceRequest.AddressProfile);

    private bool HasKey(IssuanceRequest request)
    {
        if (request.PrivateKeyPem is not { } pem)
        {
            return KeyType == request.KeyType;
        }

        using var own = KeyPair.TryFromPem(PrivateKeyPem);
        using var wanted = KeyPair.TryFromPem(pem);
        return own is not null && wanted is not null && KeyPair.IsSame(own, wanted);
    }
}
