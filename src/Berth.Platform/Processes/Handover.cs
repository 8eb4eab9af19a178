namespace Berth.Platform.Processes;

/// <summary>Which goes first when instances are replaced.</summary>
public enum Handover
{
    /// <summary>New instances are healthy before old ones stop: no request is lost.</summary>
    StartFirst,

    /// <summary>Old instances stop before new ones start, for an app that must not run twice (<c>checks:disable</c>).</summary>
    StopFirst,
}
