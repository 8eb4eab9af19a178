namespace Berth.Platform.LetsEncrypt.Notices;

/// <summary>A notice did not get through; tried again a few times, then told of.</summary>
internal sealed class NoticeException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Whether no other would have got through there either: it was not even looked at.</summary>
    public bool IsOfPlace { get; init; }
}
