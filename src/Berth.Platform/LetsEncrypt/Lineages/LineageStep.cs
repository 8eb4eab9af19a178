using System.Globalization;
using Berth.Kernel;

namespace Berth.Platform.LetsEncrypt.Lineages;

/// <summary>What happens next to a certificate, when, and why then.</summary>
/// <param name="Action">What.</param>
/// <param name="At">When the daemon does it by itself; null when it waits for a person.</param>
/// <param name="Why">One sentence for people.</param>
/// <param name="Gate">What holds it back until then; null when nothing does.</param>
public sealed record LineageStep(LineageAction Action, DateTimeOffset? At, string Why, LineageGate? Gate = null)
{
    /// <summary>Why nothing can be ordered as things are; null when something can.</summary>
    public Problem? Obstacle { get; init; }

    /// <summary>That as it is told of a certificate that nothing is wrong with yet; null where there is nothing to mend.</summary>
    public Problem? ObstacleAhead => Obstacle is { } why && why.Code != LetsEncryptProblems.DomainsMissing
        ? why with { Found = $"{(Action == LineageAction.None ? "a certificate is wanted and cannot be ordered" : "as things are its certificate could not be renewed")}: {Sentences.Inside(why.Found)}" }
        : null;

    /// <summary>Whether the daemon orders by itself once the obstacle is gone.</summary>
    public bool GoesOnOnceMended { get; init; }

    /// <summary>What of it cannot be ordered as things are.</summary>
    public IReadOnlyList<Problem> LeftOut { get; init; } = [];

    /// <summary>That obstacle once an attempt has ended at it; gone with it.</summary>
    public LineageFailure? Refusal { get; init; }

    /// <summary>Why there is no certificate, or not one for all that is wanted, where nobody has asked and so no attempt tells of it; null otherwise.</summary>
    public LineageFailure? Want => ((Action == LineageAction.None ? Obstacle : null) ?? (LeftOut is [var first, ..] ? first : null)) is { } why ? LineageFailure.Of(why, at: null) : null;

    /// <summary>After a question to the server: what befalls the certificate itself, unless the answer brings it sooner; null otherwise.</summary>
    public LineageStep? Then { get; init; }

    /// <summary>The next step that changes the certificate: this one, unless it only asks.</summary>
    public LineageStep OfCertificate => Then ?? this;

    /// <summary>What is held back, and this step goes before; null for nothing.</summary>
    public LineageStep? Beside { get; init; }

    /// <summary>What has gone wrong, or would: the first that its owner has to see to.</summary>
    public LineageFailure? FailureOf(LineageState state) =>
        Refusal ?? state.LastFailure ?? (state.Failing is [var first, ..] ? first.AsFailure(state.Failing.Count - 1) : Want);

    /// <summary>A failure as it is told: where the daemon goes on by itself nobody else need.</summary>
    /// <param name="failure">What has gone wrong; null for nothing.</param>
    /// <param name="isOn">Whether it renews by itself.</param>
    public LineageFailure? Told(LineageFailure? failure, bool isOn) => isOn && OfCertificate.At is not null ? failure?.Worded(Sentences.ByItself) : failure;

    public bool IsDue(DateTimeOffset now) => At <= now;

    // A step may hold itself, and what a record says of its members would not end.
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Action} at {At:O}: {Why}");
}
