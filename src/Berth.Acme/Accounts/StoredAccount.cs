namespace Berth.Acme.Accounts;

/// <summary>An account as kept on disk.</summary>
public sealed record StoredAccount
{
    /// <summary>The account's private key, PKCS #8 PEM: a secret.</summary>
    public required string KeyPem { get; init; }

    /// <summary>The account's URL; null while its registration is not known to have succeeded.</summary>
    public string? Url { get; init; }

    public override string ToString() => $"StoredAccount {{ Url = {Url} }}";
}
