namespace Berth.Platform.LetsEncrypt.Lineages;

/// <summary>What is next for a certificate.</summary>
public enum LineageAction
{
    /// <summary>Nothing, until someone asks for a certificate.</summary>
    None,

    /// <summary>The certificate in service is put back from the copy kept of it: its files are damaged.</summary>
    Restore,

    /// <summary>The order that an earlier run began is gone on with.</summary>
    Resume,

    /// <summary>A certificate with other names is ordered.</summary>
    Order,

    /// <summary>The certificate is renewed.</summary>
    Renew,

    /// <summary>The server is asked when it would like the certificate renewed (RFC 9773).</summary>
    AskAdvice,
}
