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
            PrivateFolder.Ensure(Path.GetDirectoryName(path)!, PrivateFolder.GroupRead);
            return new BuildLog(new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.Create,
                Access = FileAccess.Write,
                Share = FileShare.ReadWrite | FileShare.Delete,
                UnixCreateMode = AtomicFile.Private,
                BufferSize = 0,
            }));
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
