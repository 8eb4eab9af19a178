using Berth.Kernel;
using Berth.Platform.CommandLine;

namespace Berth.Platform.Builds;

/// <summary>Keeps what a build prints, both outputs in the order written. A disk that is full costs the log, never the build.</summary>
internal sealed class BuildLog : IOutputSink, IDisposable
{
    /// <summary>However much a build prints, its log is bounded.</summary>
    private const long SizeLimit = 16 << 20;

    private readonly Lock _writing = new();
    private FileStream? _file;

    private BuildLog(FileStream? file) => _file = file;

    public static BuildLog Open(string path)
    {
        try
        {
            using var folder = PrivateFolder.HoldStraight(Path.GetDirectoryName(path)!, PrivateFolder.GroupRead);
            var file = new FileStream(folder.Append(Path.GetFileName(path), AtomicFile.Private), FileAccess.Write, bufferSize: 0);
            file.SetLength(0);
            return new BuildLog(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ProblemException)
        {
            return new BuildLog(null);
        }
    }

    public void Write(OutputChannel channel, ReadOnlySpan<byte> utf8)
    {
        lock (_writing)
        {
            try
            {
                if (_file is not null && _file.Length + utf8.Length <= SizeLimit)
                {
                    _file.Write(utf8);
                }
            }
            catch (IOException)
            {
                _file?.Dispose();
                _file = null;
            }
        }
    }

    public ValueTask FlushAsync(CancellationToken cancel) => ValueTask.CompletedTask;

    public void Dispose()
    {
        lock (_writing)
        {
            _file?.Dispose();
            _file = null;
        }
    }
}
