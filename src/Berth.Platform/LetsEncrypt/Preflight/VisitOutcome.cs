namespace Berth.Platform.LetsEncrypt.Preflight;

internal enum VisitOutcome
{
    /// <summary>The token came back: it is this server, whatever stands in between.</summary>
    ThisServer,

    /// <summary>Someone answered who does not know the token.</summary>
    AnotherServer,

    /// <summary>The connection was refused.</summary>
    Refused,

    /// <summary>Nothing came back in time.</summary>
    Silent,

    /// <summary>There is no way from here to there.</summary>
    NoRoute,
}
