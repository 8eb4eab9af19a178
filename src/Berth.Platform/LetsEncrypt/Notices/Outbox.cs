using System.Globalization;
using System.Text.Json;
using Berth.Kernel;
using Berth.Storage;

namespace Berth.Platform.LetsEncrypt.Notices;

/// <summary>
/// What is still to be sent, a file each below <c>data/letsencrypt/--global/outbox</c>: it outlives the daemon, and goes when it was
/// delivered or given up. What was delivered just before a crash is delivered once more.
/// </summary>
internal sealed class Outbox(IStateStore store, TimeProvider time)
{
    private static readonly StatePath Folder = StatePath.Lib("data", "letsencrypt", "--global", "outbox");
    private int _count;

    /// <summary>Everything that is waiting, the oldest first.</summary>
    /// <param name="unreadable">Told why, of each that somebody has put in the place of one of ours.</param>
    internal IReadOnlyList<WaitingNotice> All(Action<string> unreadable)
    {
        try
        {
            return [.. store.List(Folder).Select(file => Read(file, unreadable)).OfType<WaitingNotice>()];
        }
        catch (ProblemException e)
        {
            unreadable(e.Problem.Found);
            return [];
        }
    }

    /// <exception cref="ProblemException">It could not be written.</exception>
    internal WaitingNotice Add(WaitingNotice waiting)
    {
        var name = string.Create(
            CultureInfo.InvariantCulture, $"{time.GetUtcNow().UtcTicks:D19}-{Environment.ProcessId}-{Interlocked.Increment(ref _count):D6}.json");
        return Save(waiting with { File = name });
    }

    /// <summary>Keeps with it why it has not got through, and when it is tried again.</summary>
    /// <exception cref="ProblemException">It could not be written.</exception>
    internal void Update(WaitingNotice waiting)
    {
        if (waiting.File is not null)
        {
            Save(waiting);
        }
    }

    internal void Remove(WaitingNotice waiting)
    {
        if (waiting.File is { } file)
        {
            store.Delete(Folder.Slash(file));
        }
    }

    private WaitingNotice Save(WaitingNotice waiting)
    {
        store.Write(Folder.Slash(waiting.File!), JsonSerializer.Serialize(waiting, NoticeJson.Default.WaitingNotice));
        return waiting;
    }

    private WaitingNotice? Read(string file, Action<string> unreadable)
    {
        try
        {
            return store.Read(Folder.Slash(file)) is { } text && JsonSerializer.Deserialize(text, NoticeJson.Default.WaitingNotice) is { Notice: not null, Way: not null } waiting
                ? waiting with { File = file }
                : null;
        }
        catch (JsonException)
        {
            // None of ours.
            return null;
        }
        catch (ProblemException e)
        {
            unreadable(e.Problem.Found);
            return null;
        }
    }
}
