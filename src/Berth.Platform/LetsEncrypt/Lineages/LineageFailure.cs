using Berth.Kernel;

namespace Berth.Platform.LetsEncrypt.Lineages;

/// <summary>A problem as it is kept: its code, what was found, what to do.</summary>
public sealed record LineageFailure(string Code, string Found, string Remedy)
{
    /// <summary>When; null in a state from before this was kept.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>Further findings: the server's words about single names.</summary>
    public IReadOnlyList<string> Details { get; init => field = value ?? []; } = [];

    /// <summary>The names that it was about; none where it was about all of them, or in a state from before this was kept.</summary>
    public IReadOnlyList<string> Names { get; init => field = value ?? []; } = [];

    /// <summary>The server that was asked, as it was set; null where none was, or in a state from before this was kept.</summary>
    public string? Server { get; init; }

    /// <summary>The same with another remedy; what was found is what it is known by.</summary>
    internal LineageFailure Worded(Func<string, string> of) => this with { Remedy = of(Remedy) };

    /// <param name="problem">What.</param>
    /// <param name="at">When an attempt met it; null for none that did.</param>
    public static LineageFailure Of(Problem problem, DateTimeOffset? at) =>
        new(problem.Code.Id, problem.Found, problem.Remedy) { At = at, Details = [.. problem.Details] };
}
