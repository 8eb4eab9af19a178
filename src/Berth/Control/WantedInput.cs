using Berth.Kernel;

namespace Berth.Control;

/// <summary>A client's standard input: it is asked for the beginning, and for more as that is read.</summary>
internal sealed class WantedInput : ForwardStream
{
    // So much may lie here unread; what lies in front of it in the pipe is no more than this either.
    private const int Ahead = 256 * 1024;
    private const int Step = 64 * 1024;

    private readonly Stream _input;
    private readonly Action<int> _want;
    private int _taken;

    /// <param name="input">What the client has sent.</param>
    /// <param name="want">Asks it for so many bytes more.</param>
    public WantedInput(Stream input, Action<int> want)
    {
        (_input, _want) = (input, want);
        want(Ahead);
    }

    public override bool CanRead => true;

    public override int Read(Span<byte> buffer) => Took(_input.Read(buffer));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        Took(await _input.ReadAsync(buffer, cancellationToken));

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _input.Dispose();
        }

        base.Dispose(disposing);
    }

    private int Took(int read)
    {
        _taken += read;
        if (_taken >= Step)
        {
            _want(_taken);
            _taken = 0;
        }

        return read;
    }
}
