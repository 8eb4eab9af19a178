using Berth.Edge;
using Berth.Kernel;
using Berth.Storage;

namespace Berth.Platform.Nginx;

/// <summary>
/// Where apps' access and error logs are: below one folder, the one that nginx would use. A setting of an app's must not make the edge,
/// which may be root, write, put aside or show any other file.
/// </summary>
public sealed class NginxLogs
{
    /// <summary>The value that turns a log off.</summary>
    public const string Off = "off";

    /// <summary>The log of every request.</summary>
    public const string Access = "access";

    /// <summary>The log of requests that an app did not answer.</summary>
    public const string Error = "error";

    private const string Nowhere = "/dev/null";
    private const string StandardLib = "/var/lib/dokku";

    private readonly string _folder;
    private readonly LogPlace _access;
    private readonly LogPlace _error;

    /// <param name="roots">A server in its standard folders logs where Dokku's users look.</param>
    /// <param name="folder">The value of <c>NGINX_LOG_ROOT</c>; null or empty when it is not set.</param>
    public NginxLogs(StateRoots roots, string? folder)
    {
        _folder = Path.TrimEndingDirectorySeparator(
            !string.IsNullOrEmpty(folder) && Path.IsPathFullyQualified(folder) ? folder
            : roots.Lib == StandardLib ? "/var/log/nginx"
            : $"{roots.Lib}/data/nginx-vhosts/logs");
        (_access, _error) = (new LogPlace($"{_folder}/", $"-{Access}.log"), new LogPlace($"{_folder}/", $"-{Error}.log"));
    }

    /// <summary>The folder that logs may lie below.</summary>
    public string Folder => _folder;

    /// <param name="app">Whose.</param>
    /// <param name="kind"><see cref="Access"/> or <see cref="Error"/>.</param>
    public string DefaultOf(AppName app, string kind) => Default(kind).FileOf(app);

    /// <summary>Where an app's log is written; null for nowhere.</summary>
    /// <param name="path">What is set.</param>
    /// <param name="app">Whose.</param>
    /// <param name="kind"><see cref="Access"/> or <see cref="Error"/>.</param>
    public LogPlace? PlaceOf(string path, AppName app, string kind) =>
        path == DefaultOf(app, kind) ? Default(kind) : Writable(path) is { } file ? new LogPlace(file) : null;

    /// <returns>The file to write, or null: the log is off, or lies where an app's setting must not make the edge write.</returns>
    public string? Writable(string path) =>
        path is Off or Nowhere || path.Split('/').Contains("..") ? null
        : path.StartsWith($"{_folder}/", StringComparison.Ordinal) ? path
        : null;

    /// <summary>Whether a path was meant to be written and is not.</summary>
    public bool IsElsewhere(string path) => path is not (Off or Nowhere) && Writable(path) is null;

    private LogPlace Default(string kind) => kind == Access ? _access : _error;
}
