namespace Berth.Platform.LetsEncrypt.Events;

/// <summary>What can happen to an app's certificate.</summary>
public enum LineageEventKind
{
    /// <summary>A new certificate is in service.</summary>
    Issued,

    /// <summary>An attempt failed; the certificate in service, if any, stays.</summary>
    Failed,

    /// <summary>An attempt was held back before a server was asked.</summary>
    Held,

    /// <summary>Another server is asked for now, since the one before does not come through.</summary>
    FellOver,

    /// <summary>The certificate was revoked and taken off.</summary>
    Revoked,

    /// <summary>The certificate was taken off.</summary>
    Disabled,

    /// <summary>An earlier certificate is in service again.</summary>
    RolledBack,

    /// <summary>The certificate in service was put back from the copy kept of it: its files were damaged.</summary>
    Restored,

    /// <summary>Somebody installed a certificate by hand.</summary>
    Installed,

    /// <summary>Somebody took the certificate off by hand.</summary>
    Removed,
}
