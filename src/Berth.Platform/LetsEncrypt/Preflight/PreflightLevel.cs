namespace Berth.Platform.LetsEncrypt.Preflight;

/// <summary>What a finding means for the certificate.</summary>
public enum PreflightLevel
{
    /// <summary>As it should be.</summary>
    Ok,

    /// <summary>Worth knowing; also what could not be found out from here.</summary>
    Note,

    /// <summary>The server will most likely refuse.</summary>
    Problem,
}
