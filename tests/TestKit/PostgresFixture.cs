namespace Berth.TestKit;

/// <summary>
/// Ends the shared PostgreSQL with the last test. At the end of the process it would be too late: the runner gives that ten seconds, which are
/// not enough on a busy machine, and then fails.
/// </summary>
public sealed class PostgresFixture : IAsyncDisposable
{
    public async ValueTask DisposeAsync() => await PostgresServer.EndSharedAsync();
}
