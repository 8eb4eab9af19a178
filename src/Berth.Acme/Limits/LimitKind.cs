namespace Berth.Acme.Limits;

/// <summary>What a certificate authority counts.</summary>
public enum LimitKind
{
    /// <summary>New accounts from one address.</summary>
    NewAccounts,

    /// <summary>New orders of one account.</summary>
    NewOrders,

    /// <summary>Certificates below one registered domain.</summary>
    CertificatesPerDomain,

    /// <summary>Certificates for exactly the same names.</summary>
    CertificatesPerSet,

    /// <summary>Failed validations of one name by one account.</summary>
    FailedValidations,

    /// <summary>Failures of one name one after the other: at their end it is paused. A success sets the count back.</summary>
    ConsecutiveFailures,
}
