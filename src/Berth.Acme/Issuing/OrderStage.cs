namespace Berth.Acme.Issuing;

/// <summary>How far an order is known to have come; the server may know better.</summary>
public enum OrderStage
{
    /// <summary>The key exists; the order may.</summary>
    KeySaved,

    /// <summary>The order exists. What becomes of it until the certificate is here it says itself, and is asked anyway.</summary>
    Ordered,

    /// <summary>The signing request was about to be sent: in journals of before.</summary>
    Finalizing,

    /// <summary>The certificate was issued: in journals of before.</summary>
    Finalized,

    /// <summary>The certificate is in the journal.</summary>
    Downloaded,
}
