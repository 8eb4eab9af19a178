using System.Text.Json.Serialization;

namespace Berth.Platform.LetsEncrypt.Notices;

/// <summary>A notice that is still to go one way.</summary>
/// <param name="Way"><c>trigger</c>, <c>webhook</c> or <c>mail</c>.</param>
/// <param name="Notice">What is to be told.</param>
internal sealed record WaitingNotice(string Way, Notice Notice)
{
    /// <summary>Why it has not got through so far; null where it was not tried, or is on its way.</summary>
    public string? Failed { get; init; }

    /// <summary>When it is tried again then.</summary>
    public DateTimeOffset? Again { get; init; }

    /// <summary>The name it is kept by; null where it could not be written down.</summary>
    [JsonIgnore]
    public string? File { get; init; }
}
