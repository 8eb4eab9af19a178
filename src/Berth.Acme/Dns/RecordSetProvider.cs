namespace Berth.Acme.Dns;

/// <summary>A provider whose API knows all values at a name only together: each change reads them, and writes them back changed.</summary>
internal abstract class RecordSetProvider : IDnsProvider
{
    private const int Attempts = 5;

    public abstract string Code { get; }

    public abstract DnsPatience Patience { get; }

    public ValueTask AddAsync(DnsChange change, CancellationToken cancel) => ChangeAsync(
        change,
        values => values.Any(written => TxtText.IsSame(written, change.Value)) ? null : [.. values, Write(change)],
        cancel);

    public ValueTask RemoveAsync(DnsChange change, CancellationToken cancel) => ChangeAsync(
        change,
        values => values.Any(written => TxtText.IsSame(written, change.Value))
            ? [.. values.Where(written => !TxtText.IsSame(written, change.Value))]
            : null,
        cancel);

    /// <returns><see cref="RecordSet.Empty"/> when there is none.</returns>
    protected abstract Task<RecordSet> ReadAsync(DnsChange change, CancellationToken cancel);

    /// <summary>Replaces the values; none deletes the set.</summary>
    /// <returns>False when someone else changed them since <paramref name="old"/> was read.</returns>
    protected abstract Task<bool> WriteAsync(
        DnsChange change, RecordSet old, IReadOnlyList<string> values, CancellationToken cancel);

    /// <summary>The value as this provider wants it. Default: quoted.</summary>
    protected virtual string Write(DnsChange change) => change.Quoted;

    private async ValueTask ChangeAsync(
        DnsChange change, Func<IReadOnlyList<string>, IReadOnlyList<string>?> next, CancellationToken cancel)
    {
        for (var attempt = 1; attempt <= Attempts; attempt++)
        {
            var old = await ReadAsync(change, cancel);
            if (next(old.Values) is not { } values || await WriteAsync(change, old, values, cancel))
            {
                return;
            }
        }

        throw DnsProblems.Refused(Code, "the change", $"someone else keeps changing {change.Name}").AsException();
    }
}
