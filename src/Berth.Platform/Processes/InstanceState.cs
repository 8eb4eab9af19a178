namespace Berth.Platform.Processes;

/// <summary>The life of an instance.</summary>
public enum InstanceState
{
    /// <summary>Its program is starting, or not healthy yet.</summary>
    Starting,

    /// <summary>Healthy.</summary>
    Running,

    /// <summary>Ended by itself; starts again after a pause.</summary>
    Restarting,

    /// <summary>Ended with status 0; its policy asks for nothing more.</summary>
    Exited,

    /// <summary>Ended too often in a row; the next deploy or restart tries again.</summary>
    Crashed,

    /// <summary>Replaced; serves the requests it has and gets no new ones.</summary>
    Draining,

    /// <summary>Has been asked to end.</summary>
    Stopping,

    /// <summary>Gone.</summary>
    Stopped,
}
