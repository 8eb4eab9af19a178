using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Berth.Kernel;
using Berth.Platform.CommandLine;
using Berth.Platform.Processes.Output;
using Berth.Storage;

namespace Berth.Platform.Events;

/// <summary>
/// What has happened on this server, a line for each trigger fired, in the form syslog gave it. Off until <c>events:on</c>. Kept: about
/// 8 MiB, and as much again of what is older.
/// </summary>
public sealed class EventLog(string path, DokkuRc settings, TimeProvider time)
{
    private const long SizeLimit = 8 << 20;
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(250);
    private readonly Lock _writing = new();

    /// <param name="roots">Where state lies.</param>
    /// <param name="variable">Looks up an environment variable: <c>DOKKU_EVENTS_LOGFILE</c>, <c>DOKKU_LOGS_DIR</c>.</param>
    /// <returns>Where the log lies: <c>/var/log/dokku/events.log</c> on a server, below the roots where these are elsewhere.</returns>
    public static string PathFor(StateRoots roots, Func<string, string?> variable) =>
        variable("DOKKU_EVENTS_LOGFILE") is { Length: > 0 } file ? Path.GetFullPath(file)
        : variable("DOKKU_LOGS_DIR") is { Length: > 0 } folder ? Path.GetFullPath(Path.Combine(folder, "events.log"))
        : roots.Lib == "/var/lib/dokku" ? "/var/log/dokku/events.log"
        : $"{roots.Lib}/data/events/events.log";

    public bool IsOn => settings.IsOn(DokkuRc.Events);

    public void Add(string trigger, IReadOnlyList<string> arguments, Caller caller)
    {
        if (!IsOn)
        {
            return;
        }

        var now = time.GetLocalNow();
        var line = string.Create(
            CultureInfo.InvariantCulture,
            $"{now:MMM} {now.Day,2} {now:HH:mm:ss} {Environment.MachineName} dokku[{Environment.ProcessId}]: INVOKED: {trigger}( {Words(arguments)} ) NAME={Printable.Of(caller.KeyName)} FINGERPRINT=\n");
        lock (_writing)
        {
            Append(Encoding.UTF8.GetBytes(line));
        }
    }

    /// <summary>The last lines, oldest first.</summary>
    public IReadOnlyList<string> Last(int count) => LogTail.Read(path, count).Lines;

    /// <summary>The last lines and then each that comes.</summary>
    public async IAsyncEnumerable<string> FollowAsync(int count, [EnumeratorCancellation] CancellationToken cancel)
    {
        var part = LogTail.Read(path, count, keepOpen: true);
        while (true)
        {
            foreach (var line in part.Lines)
            {
                yield return line;
            }

            await Task.Delay(LookAgain, time, cancel);
            part = ReadFrom(part.End);
        }
    }

    private static string Words(IReadOnlyList<string> arguments) => string.Join(' ', arguments.Select(argument => Printable.Of(argument)));

    private void Append(byte[] line)
    {
        try
        {
            KeptFile.Append(path, line, new KeepRule(SizeLimit, Older, AtomicFile.GroupRead, PrivateFolder.PublicRead));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ProblemException)
        {
            // A log that cannot be written is no reason to fail what it tells of; `events` then shows nothing new.
        }
    }

    private string Older => Path.GetFileName(path.EndsWith(LogFile.Ending, StringComparison.Ordinal) ? LogFile.OlderOf(path) : path + ".1");

    private LogTail.Part ReadFrom(long start)
    {
        try
        {
            using var file = KeptFile.TryRead(path);
            if (file is null)
            {
                return new LogTail.Part([], 0);
            }

            var length = RandomAccess.GetLength(file);
            start = length < start ? 0 : start;
            var bytes = new byte[Math.Min(length - start, 1 << 20)];
            var read = bytes.AsSpan(0, RandomAccess.Read(file, bytes, start));
            var whole = read.LastIndexOf((byte)'\n') + 1;
            return new LogTail.Part(LogLines.Split(read[..whole]), start + whole);
        }
        catch (IOException)
        {
            return new LogTail.Part([], 0);
        }
    }
}
