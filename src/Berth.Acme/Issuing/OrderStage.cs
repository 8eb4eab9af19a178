namespace Berth.Acme.Issuing;

/// <summary>How far an order is known to have come; the server may know better.</summary>
public enum OrderStage
{
    /// <summary>The key exists; the order may.</summary>
    KeySaved,

    /// <summary>The order exists.</summary>
    Ordered,

    /// <summary>The signing request is about to be sent, or was.</summary>
    Finalizing,

    /// <summary>The certificate is in the journal.</summary>
    Downloaded,
}
