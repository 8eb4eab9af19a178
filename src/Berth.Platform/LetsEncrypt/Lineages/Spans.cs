namespace Berth.Platform.LetsEncrypt.Lineages;

/// <summary>Of two spans of time one.</summary>
internal static class Spans
{
    public static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;

    public static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;
}
