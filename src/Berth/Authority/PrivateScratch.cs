using Berth.Kernel;

namespace Berth.Authority;

/// <summary>A folder only this user enters, gone when disposed.</summary>
internal sealed class PrivateScratch : IDisposable
{
    private readonly string _path;

    /// <param name="parent">On the same file system as what is to become of the content.</param>
    public PrivateScratch(string parent)
    {
        _path = Path.Combine(parent, $".{Guid.NewGuid():N}{AtomicFile.TemporaryEnding}");
        PrivateFolder.Ensure(_path);
    }

    public string this[string name] => Path.Combine(_path, name);

    public void Dispose() => Directory.Delete(_path, recursive: true);
}
