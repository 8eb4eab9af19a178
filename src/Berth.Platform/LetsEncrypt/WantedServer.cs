namespace Berth.Platform.LetsEncrypt;

/// <summary>A server a certificate may come from.</summary>
/// <param name="Word">As it was set: <c>production</c>, <c>berth</c>, a URL.</param>
/// <param name="Directory">Where that is now.</param>
public sealed record WantedServer(string Word, Uri Directory)
{
    /// <summary>What it is kept under.</summary>
    public string Key => Directory.OriginalString;
}
