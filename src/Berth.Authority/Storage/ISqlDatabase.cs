using System.Collections.Immutable;
using System.Data.Common;

namespace Berth.Authority.Storage;

/// <summary>Runs the store's statements: on one file of this machine, or on a server that several machines share.</summary>
internal interface ISqlDatabase : IAsyncDisposable
{
    /// <summary>True when no other machine can work on the same data.</summary>
    bool IsAlone { get; }

    /// <param name="change">Statements of one transaction; may run twice, so they touch nothing but the session.</param>
    /// <param name="cancel">Ends the wait for a place in the queue; a queued change is always carried out.</param>
    /// <returns>When it is durable.</returns>
    Task<T> WriteAsync<T>(Func<SqlSession, T> change, CancellationToken cancel);

    /// <summary>A change whose statements are known from the start: over a network they travel together, and with those of others.</summary>
    /// <returns>How many rows the first has changed, once all of them are durable.</returns>
    Task<int> ApplyAsync(ImmutableArray<SqlStatement> statements, CancellationToken cancel);

    /// <summary>One statement that changes something of little weight, and need not wait for the disk: a crash of the database may lose it.</summary>
    /// <returns>The rows it answers with.</returns>
    Task<ImmutableArray<T>> MarkAsync<T>(SqlStatement statement, Func<DbDataReader, T> read, CancellationToken cancel);

    /// <summary>One statement that changes nothing.</summary>
    Task<ImmutableArray<T>> AskAsync<T>(SqlStatement statement, Func<DbDataReader, T> read, CancellationToken cancel);
}
