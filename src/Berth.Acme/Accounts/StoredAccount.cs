namespace Berth.Acme.Accounts;

/// <summary>An account as kept on disk.</summary>
public sealed record StoredAccount
{
    /// <summary>The account's private key, PKCS #8 PEM: a secret.</summary>
    public required string KeyPem { get; init; }

    /// <summary>The account's URL; null while its registration is not known to have succeeded.</summary>
    public string? Url { get; init; }

    /// <summary>True where the server has refused to make one for this key: without a URL there is none. False while its answer is not known.</summary>
    public bool IsRefused { get; init; }

    /// <summary>
    /// The key a change under way leads to, PKCS #8 PEM: a secret. Which of the two is in force is asked of the CA on the next run.
    /// </summary>
    public string? NextKeyPem { get; init; }

    /// <summary>True once the account was deactivated: it is never used or silently replaced again.</summary>
    public bool IsDeactivated { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"StoredAccount {{ Url = {Url} }}";
}
