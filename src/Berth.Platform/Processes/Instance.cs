using System.Net;
using Berth.Kernel;

namespace Berth.Platform.Processes;

/// <summary>One instance as it was at a moment. It keeps its <see cref="Id"/> when its program is started again after a crash.</summary>
public sealed record Instance
{
    public required AppName App { get; init; }

    public required ProcessType Type { get; init; }

    /// <summary>Its place in the formation, from 1.</summary>
    public required int Index { get; init; }

    /// <summary>Unique for all time; ids sort by the time of their making.</summary>
    public required string Id { get; init; }

    public required string ReleaseId { get; init; }

    public required InstanceState State { get; init; }

    /// <summary>When it came into this state.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>How often its program was started again, in all.</summary>
    public int Restarts { get; init; }

    /// <summary>The process, where there is one on this host.</summary>
    public int? ProcessId { get; init; }

    /// <summary>Where it is to listen, or listens.</summary>
    public IPEndPoint? Address { get; init; }

    /// <summary>How its program ended last, if it did.</summary>
    public ExitStatus? LastExit { get; init; }

    /// <summary>As in logs and reports: <c>web.1</c>.</summary>
    public string Name => $"{Type}.{Index}";
}
