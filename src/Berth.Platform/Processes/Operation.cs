using System.Security.Cryptography;
using Berth.Kernel;
using Berth.Platform.CommandLine;

namespace Berth.Platform.Processes;

/// <summary>An operation under way on an app. It ends when the commands that its handlers began have ended, too.</summary>
public sealed class Operation : IAsyncDisposable
{
    private readonly SemaphoreSlim _lent = new(1, 1);
    private readonly IDisposable _held;
    private readonly Action<Operation> _end;
    private volatile bool _ended;

    internal Operation(AppName app, IDisposable held, Action<Operation> end) => (App, _held, _end) = (app, held, end);

    public AppName App { get; }

    /// <summary>Says that a caller is a part of it; nobody can guess it.</summary>
    internal string Token { get; } = RandomNumberGenerator.GetHexString(32, lowercase: true);

    /// <summary>The output for what runs as a part of it: programs that are called with it may begin operations of their own.</summary>
    public CommandOutput Within(CommandOutput output) =>
        output.For(output.Caller with { Operations = [.. output.Caller.Operations, Token] });

    public async ValueTask DisposeAsync()
    {
        // Nobody joins it any more, and who did has to end first.
        _end(this);
        await _lent.WaitAsync(CancellationToken.None);
        _ended = true;
        _held.Dispose();
        _lent.Release();
    }

    /// <summary>Lends it to an operation within it; one at a time.</summary>
    /// <returns>Disposed when that one is done; null when this one has ended first.</returns>
    internal async Task<IDisposable?> LendAsync(CancellationToken cancel)
    {
        await _lent.WaitAsync(cancel);
        if (!_ended)
        {
            return new Loan(_lent);
        }

        _lent.Release();
        return null;
    }

    private sealed class Loan(SemaphoreSlim lent) : IDisposable
    {
        private int _returned;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _returned, 1) == 0)
            {
                lent.Release();
            }
        }
    }
}
