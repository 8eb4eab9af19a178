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

    /// <summary>One statement that changes something of little weight, and need not wait for the disk: a crash of the database may lose it.</summary>
    Task<T> MarkAsync<T>(Func<SqlSession, T> change, CancellationToken cancel);

    Task<T> ReadAsync<T>(Func<SqlSession, T> read, CancellationToken cancel);
}
