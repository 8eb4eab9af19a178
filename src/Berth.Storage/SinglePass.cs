namespace Berth.Storage;

/// <summary>
/// For a pass over very many apps, one of these for each: until it is disposed, what this thread reads of that app is kept here and not by
/// <see cref="Remembered{T}"/>, which could follow and keep the files of a few thousand only, and would give up others' for those that nobody asks
/// for again. A write by this thread makes it forget. For what waits for nothing.
/// </summary>
public sealed class SinglePass : IDisposable
{
    /// <summary>What is worth keeping for the next question.</summary>
    internal const int Many = 4_000;

    [ThreadStatic]
    private static SinglePass? _current;

    private readonly string _of;
    private readonly SinglePass? _before = _current;
    private readonly Dictionary<object, object?> _values = [];

    private SinglePass(string of) => (_of, _current) = (of, this);

    /// <param name="of">The key of what is read: the app's name.</param>
    /// <param name="count">How many there are: as few as <see cref="Remembered{T}"/> keeps are left to it.</param>
    /// <returns>Null where they are few.</returns>
    public static SinglePass? OverMany(string of, int count) => count > Many ? new SinglePass(of) : null;

    /// <returns>The pass that is at what has this key; null when none is.</returns>
    internal static SinglePass? At(string key) => _current is { } pass && pass._of == key ? pass : null;

    public void Dispose() => _current = _before;

    /// <summary>What was read is read again: something was written.</summary>
    internal static void Forget() => _current?._values.Clear();

    internal T Get<T>(object reader, Func<T> read)
    {
        if (_values.TryGetValue(reader, out var known))
        {
            return (T)known!;
        }

        var value = read();
        _values[reader] = value;
        return value;
    }
}
