using System.Text;
using Berth.Acme.Issuing;
using Berth.Kernel;

namespace Berth.Acme.Files;

/// <summary>Keeps the order under way of one certificate as a file of mode 0600, whole or not at all.</summary>
/// <param name="path">The file; its folder is made when it is not there.</param>
public sealed class OrderFile(string path) : IOrderJournal
{
    /// <inheritdoc/>
    public async ValueTask<PendingOrder?> LoadAsync(CancellationToken cancel)
    {
        try
        {
            return PendingOrder.TryParseJson(await File.ReadAllBytesAsync(path, cancel), out var order) ? order : null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public ValueTask SaveAsync(PendingOrder order, CancellationToken cancel)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        AtomicFile.Write(path, Encoding.UTF8.GetString(order.ToJson()));
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask ClearAsync(CancellationToken cancel)
    {
        File.Delete(path);
        return ValueTask.CompletedTask;
    }
}
