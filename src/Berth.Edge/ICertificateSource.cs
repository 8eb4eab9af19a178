using Berth.Kernel;

namespace Berth.Edge;

/// <summary>Where the certificates of apps are kept.</summary>
public interface ICertificateSource
{
    /// <returns>The path of the app's chain, for messages.</returns>
    string PlaceOf(AppName app);

    /// <returns>PEM: the leaf first, then its intermediates; and the leaf's private key, not encrypted. Asked for when a visitor comes.</returns>
    (string Chain, string Key) Read(AppName app);
}
