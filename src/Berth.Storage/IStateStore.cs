namespace Berth.Storage;

/// <summary>
/// Small documents by path, each replaced whole, and locks that name what is being changed. The files of Dokku's layout are one
/// implementation; a database shared by several machines is another.
/// </summary>
public interface IStateStore
{
    /// <summary>Follows changes by whomever, for those who keep what they read; null where files are looked at instead.</summary>
    FolderWatch? Watch => null;

    /// <returns>The text, or null when there is no such document.</returns>
    string? Read(StatePath path);

    /// <summary>Replaces the document whole; readers see the old text or the new.</summary>
    void Write(StatePath path, string text, UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite);

    /// <summary>
    /// Replaces the document whole and does not wait for the disk: kill -9 takes nothing of it, a power cut may leave the old text, the new or an
    /// empty one. For what can be had again, and whose reader takes an empty text for none.
    /// </summary>
    void WriteUnsynced(StatePath path, string text) => Write(path, text);

    /// <summary>
    /// Replaces several documents, each whole, in the order given, the first only once all are safe; what was written stays when a later one cannot be.
    /// </summary>
    void WriteAll(IReadOnlyList<StateFile> files);

    /// <summary>Makes a folder and its missing parents; one that exists keeps its mode.</summary>
    void EnsureFolder(StatePath path, UnixFileMode mode);

    /// <summary>Removes a document or a whole folder; nothing happens when it is not there.</summary>
    void Delete(StatePath path);

    /// <summary>Gives a document or a whole folder another place in one step; what was there before goes.</summary>
    void Move(StatePath from, StatePath to);

    bool Exists(StatePath path);

    /// <returns>The names directly below a folder, in ordinal order; empty when it is not there.</returns>
    IReadOnlyList<string> List(StatePath folder);

    /// <returns>Those of the names that are folders, or links to one.</returns>
    IReadOnlyList<string> ListFolders(StatePath folder) => [.. List(folder).Where(name => Directory.Exists($"{FileOf(folder)}/{name}"))];

    /// <summary>Where the document lies on this machine, for programs that need a file.</summary>
    string FileOf(StatePath path);

    /// <summary>Waits until nobody else changes <paramref name="scope"/>, in this process or another.</summary>
    /// <param name="scope">A path segment that names what is changed: an app, or <c>--global</c>.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <exception cref="Kernel.ProblemException">When another holder keeps it for too long.</exception>
    ValueTask<IDisposable> LockAsync(string scope, CancellationToken cancel);

    /// <summary>Leaves nothing behind of locks that nobody holds and nobody needs any more.</summary>
    /// <param name="isOver">Asked with each lock's scope.</param>
    /// <returns>How many are gone.</returns>
    int ForgetLocks(Predicate<string> isOver) => 0;
}
