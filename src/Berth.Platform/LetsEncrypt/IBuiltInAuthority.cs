using System.Security.Cryptography.X509Certificates;

namespace Berth.Platform.LetsEncrypt;

/// <summary>The authority that runs in the same daemon, as far as ordering from it needs to know.</summary>
public interface IBuiltInAuthority
{
    /// <summary>Its directory; null while it does not run.</summary>
    Uri? Directory { get; }

    /// <summary>The root its own HTTPS chains to; null while it does not run.</summary>
    X509Certificate2? Root { get; }
}
