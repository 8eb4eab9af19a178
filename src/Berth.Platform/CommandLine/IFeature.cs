namespace Berth.Platform.CommandLine;

/// <summary>A feature of the platform: a name, what it is for, and its commands.</summary>
public interface IFeature
{
    /// <summary>The word before the colon: <c>apps</c>.</summary>
    string Name { get; }

    /// <summary>One sentence for help, without a full stop.</summary>
    string Description { get; }

    IEnumerable<Command> Commands { get; }
}
