using Berth.Kernel;

namespace Berth.Platform.Certs;

/// <summary>Told by <see cref="CertificateFiles"/> of each certificate that comes or goes, whoever brings it.</summary>
public interface ICertificateWatcher
{
    /// <summary>Called when the files are in place. Must be quick: the one who installs holds the app's gate.</summary>
    void Installed(AppName app);

    /// <summary>Called when the files are gone.</summary>
    void Removed(AppName app);
}
