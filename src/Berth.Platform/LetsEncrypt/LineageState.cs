using Berth.Kernel;

namespace Berth.Platform.LetsEncrypt;

/// <summary>What Berth remembers of one app's certificate between attempts; on disk, so that a restart forgets nothing.</summary>
public sealed record LineageState
{
    public static LineageState New { get; } = new();

    /// <summary>When it is next tried, by the daemon itself; null when nothing is planned.</summary>
    public DateTimeOffset? NextAttempt { get; init; }

    public DateTimeOffset? LastAttempt { get; init; }

    public DateTimeOffset? LastSuccess { get; init; }

    /// <summary>Failures in a row.</summary>
    public int Failures { get; init; }

    /// <summary>Why the last attempt failed, word for word; null after a success.</summary>
    public LineageFailure? LastFailure { get; init; }

    /// <summary>The server that issued the certificate in service, as it was set then; revoking goes there, whatever is set now.</summary>
    public string? IssuedBy { get; init; }

    /// <summary>The e-mail of the account it was issued to.</summary>
    public string? IssuedTo { get; init; }

    /// <summary>The state after a failed attempt.</summary>
    public LineageState Failed(Problem problem, DateTimeOffset now, DateTimeOffset next) => this with
    {
        LastAttempt = now,
        NextAttempt = next,
        Failures = Failures + 1,
        LastFailure = new LineageFailure(problem.Code.Id, problem.Found, problem.Remedy),
    };

    /// <summary>The state after a certificate was installed.</summary>
    public static LineageState Succeeded(DateTimeOffset now, DateTimeOffset next, string server, string? email) => new()
    {
        LastAttempt = now,
        LastSuccess = now,
        NextAttempt = next,
        IssuedBy = server,
        IssuedTo = email,
    };
}
