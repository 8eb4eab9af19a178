using Berth.Acme;
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

    /// <summary>A certificate profile; null for the server's default.</summary>
    public string? Profile { get; init; }

    /// <summary>Whether a server without the profile is a problem, and not one to order from without it.</summary>
    public bool ProfileIsRequired { get; init; }

    public KeyType KeyType { get; init; }

    /// <summary>Whether a renewal keeps the key in service.</summary>
    public bool ReusesKey { get; init; }

    /// <summary>The common name of the issuer that the chain should end in; null for the server's default.</summary>
    public string? PreferredChain { get; init; }

    /// <summary>What servers that know their customers gave out.</summary>
    public AccountBindings Bindings { get; init; } = AccountBindings.None;
}
