using Berth.Kernel;

namespace Berth.Platform.LetsEncrypt.Events;

/// <summary>One thing that happened to an app's certificate.</summary>
/// <param name="Kind">What.</param>
/// <param name="App">Whose.</param>
/// <param name="At">When.</param>
public sealed record LineageEvent(LineageEventKind Kind, AppName App, DateTimeOffset At)
{
    /// <summary>The names on the certificate, or those that were ordered.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>The directory of the server it is about, where one is.</summary>
    public string? Server { get; init; }

    /// <summary>What went wrong, where something did.</summary>
    public Problem? Problem { get; init; }

    /// <summary>When the certificate in service expires; null when none is.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>What the certificate in service is, or was before, where its server wants that replaced at once; null otherwise.</summary>
    public string? Replaces { get; init; }

    /// <summary>When a certificate is next asked for; null when it waits for a person.</summary>
    public DateTimeOffset? NextAttempt { get; init; }

    /// <summary>When the daemon does anything for it next; null when that is not known.</summary>
    public DateTimeOffset? NextStep { get; init; }
}
