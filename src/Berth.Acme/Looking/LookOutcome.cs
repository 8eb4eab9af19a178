namespace Berth.Acme.Looking;

/// <summary>How a question to DNS ended.</summary>
public enum LookOutcome
{
    /// <summary>There are such records.</summary>
    Found,

    /// <summary>The name is there and has none of them (RFC 2308 §2.2).</summary>
    NoRecords,

    /// <summary>The name does not exist (NXDOMAIN).</summary>
    NoSuchName,

    /// <summary>The resolver could not find out (SERVFAIL): broken DNSSEC, or name servers that do not answer.</summary>
    ServerFailure,

    /// <summary>The resolver does not answer such questions, or answers nothing that can be used.</summary>
    Refused,

    /// <summary>No resolver answered in time.</summary>
    NoAnswer,
}
