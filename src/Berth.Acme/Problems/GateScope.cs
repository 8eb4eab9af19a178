namespace Berth.Acme;

/// <summary>What a gate of a certificate authority holds back.</summary>
public enum GateScope
{
    /// <summary>Every request from this machine: the authority is busy, down, or limits the address.</summary>
    Authority,

    /// <summary>New orders of this account.</summary>
    Account,

    /// <summary>Certificates below a registered domain.</summary>
    Domain,

    /// <summary>Certificates for exactly these names.</summary>
    NameSet,

    /// <summary>Orders that carry the name.</summary>
    Name,

    /// <summary>New accounts from this machine; those it has go on.</summary>
    Registration,
}
