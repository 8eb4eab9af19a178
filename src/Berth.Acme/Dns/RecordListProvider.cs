namespace Berth.Acme.Dns;

/// <summary>A provider whose API knows each value as a record of its own, with an id.</summary>
internal abstract class RecordListProvider : IDnsProvider
{
    public abstract string Code { get; }

    public abstract DnsPatience Patience { get; }

    public async ValueTask AddAsync(DnsChange change, CancellationToken cancel)
    {
        if ((await FindAsync(change, cancel)).Count == 0)
        {
            await CreateAsync(change, cancel);
        }
    }

    public async ValueTask RemoveAsync(DnsChange change, CancellationToken cancel)
    {
        foreach (var id in await FindAsync(change, cancel))
        {
            await DeleteAsync(change, id, cancel);
        }
    }

    /// <returns>The ids of the TXT records with this name and this value.</returns>
    protected abstract Task<IReadOnlyList<string>> FindAsync(DnsChange change, CancellationToken cancel);

    protected abstract Task CreateAsync(DnsChange change, CancellationToken cancel);

    /// <summary>One that is gone already MUST count as done.</summary>
    protected abstract Task DeleteAsync(DnsChange change, string id, CancellationToken cancel);
}
