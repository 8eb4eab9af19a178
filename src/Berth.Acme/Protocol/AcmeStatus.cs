namespace Berth.Acme.Protocol;

/// <summary>The states of accounts, orders, authorizations and challenges (RFC 8555 §7.1.6), as they are written.</summary>
public static class AcmeStatus
{
    /// <summary>Waits for the client.</summary>
    public const string Pending = "pending";

    /// <summary>An order whose names are all proved.</summary>
    public const string Ready = "ready";

    /// <summary>The server is at it.</summary>
    public const string Processing = "processing";

    /// <summary>Done; of an account, in use.</summary>
    public const string Valid = "valid";

    /// <summary>Failed, for good.</summary>
    public const string Invalid = "invalid";

    /// <summary>Ended by the client.</summary>
    public const string Deactivated = "deactivated";

    /// <summary>An authorization whose time is over.</summary>
    public const string Expired = "expired";

    /// <summary>Ended by the server.</summary>
    public const string Revoked = "revoked";
}
