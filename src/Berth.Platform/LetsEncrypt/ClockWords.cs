using Berth.Platform.LetsEncrypt.Limits;
using Berth.Platform.LetsEncrypt.Lineages;

namespace Berth.Platform.LetsEncrypt;

/// <summary>What a server's <c>Date</c> says of this machine's clock.</summary>
internal static class ClockWords
{
    /// <summary>What to do about a clock that is wrong.</summary>
    public const string Remedy = "Set it, and keep it set: timedatectl set-ntp true";

    // Signatures, proofs and certificates bear a few minutes.
    private static readonly TimeSpan Notable = TimeSpan.FromMinutes(5);

    /// <param name="skew">The server's clock minus this machine's.</param>
    public static bool IsWrong(TimeSpan skew) => skew.Duration() > Notable;

    /// <inheritdoc cref="IsWrong"/>
    public static string Of(TimeSpan skew) => IsWrong(skew)
        ? $"this machine's clock is {RemainingTime.Format(skew.Duration())} {(skew > TimeSpan.Zero ? "behind" : "ahead of")} the server's"
        : "this machine's clock agrees with the server's";

    /// <summary>As the last server that was asked saw it; null where none has told.</summary>
    public static string? Of(LineageState state) => state.ClockSkew is not { } skew ? null
        : IsWrong(skew) && (state.ClockSkewAt ?? state.LastAttempt) is { } then ? $"{Of(skew)}, as it was at {Holds.Time(then)}"
        : Of(skew);
}
