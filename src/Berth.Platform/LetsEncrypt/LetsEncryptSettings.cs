using Berth.Kernel;

namespace Berth.Platform.LetsEncrypt;

/// <summary>What holds for one app after its own, the global and the inherited settings are put together.</summary>
public sealed record LetsEncryptSettings
{
    /// <summary>Null when nobody set one.</summary>
    public required EmailAddress? Email { get; init; }

    /// <summary>In order of preference, as set: <c>default</c>, <c>production</c>, <c>staging</c>, <c>berth</c> or a directory URL. Never empty.</summary>
    public required IReadOnlyList<string> Servers { get; init; }

    /// <summary>A fixed time before expiry to renew at; null derives it from the certificate's lifetime.</summary>
    public required TimeSpan? GracePeriod { get; init; }
}
