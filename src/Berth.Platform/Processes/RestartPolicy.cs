using System.Globalization;
using Berth.Kernel;

namespace Berth.Platform.Processes;

/// <summary>What happens when a process ends by itself, in Docker's words: <c>no</c>, <c>always</c>, <c>unless-stopped</c>, <c>on-failure:N</c>.</summary>
public sealed record RestartPolicy
{
    public static readonly RestartPolicy Default = new("on-failure:10", afterSuccess: false, limit: 10);

    private RestartPolicy(string text, bool afterSuccess, int limit) =>
        (Text, AfterSuccess, Limit) = (text, afterSuccess, limit);

    public string Text { get; }

    /// <summary>True when a process that exits with status 0 starts again too.</summary>
    public bool AfterSuccess { get; }

    /// <summary>The most restarts in a row; staying up for a minute starts the count anew.</summary>
    public int Limit { get; }

    public override string ToString() => Text;

    /// <exception cref="ProblemException"><see cref="ProcessProblems.RestartPolicyInvalid"/>.</exception>
    public static RestartPolicy Parse(string text) => text switch
    {
        "no" => new RestartPolicy(text, afterSuccess: false, limit: 0),
        "always" or "unless-stopped" => new RestartPolicy(text, afterSuccess: true, limit: int.MaxValue),
        "on-failure" => new RestartPolicy(text, afterSuccess: false, limit: int.MaxValue),
        _ when text.StartsWith("on-failure:", StringComparison.Ordinal)
            && int.TryParse(text.AsSpan(11), NumberStyles.None, CultureInfo.InvariantCulture, out var limit)
            => new RestartPolicy(text, afterSuccess: false, limit),
        _ => throw ProcessProblems.InvalidRestartPolicy(text).AsException(),
    };
}
