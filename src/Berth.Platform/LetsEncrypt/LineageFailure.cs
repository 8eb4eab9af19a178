namespace Berth.Platform.LetsEncrypt;

/// <summary>A problem as it is kept: its code, what was found, what to do.</summary>
public sealed record LineageFailure(string Code, string Found, string Remedy);
