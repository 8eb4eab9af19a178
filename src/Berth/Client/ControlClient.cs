using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using Berth.Commands;
using Berth.Control;
using Berth.Kernel;
using Berth.Platform.CommandLine;
using Berth.Storage;

namespace Berth.Client;

/// <summary>Sends one command to the daemon and plays back what it says. It holds no state: killing it harms nothing.</summary>
internal sealed class ControlClient : IDisposable
{
    // Most commands are over by then, and nobody is as quick. Minding Ctrl-C takes a thread; pressed before, it ends this process as the system
    // does.
    private static readonly TimeSpan Quick = TimeSpan.FromMilliseconds(100);

    // One at work takes a call at once; one that has been stopped, or starves, never says so itself.
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(10);

    private readonly ControlConnection _daemon;
    private readonly long _begun = Stopwatch.GetTimestamp();
    private IDisposable? _interrupt;
    private InputFrames? _input;
    private bool _saidUnheard;
    private volatile string? _inputFault;

    private ControlClient(ControlConnection daemon) => _daemon = daemon;

    /// <returns>A client, or null when no daemon listens there.</returns>
    /// <exception cref="ProblemException">One does, for another user.</exception>
    public static ControlClient? TryConnect(StateRoots roots) =>
        ControlConnection.TryConnect(roots) is { } daemon ? new ControlClient(daemon) : null;

    /// <summary>Runs the command to its end.</summary>
    /// <param name="call">What to run.</param>
    /// <param name="writeInput">Writes standard input into the stream when the daemon asks for it.</param>
    /// <returns>Its exit status.</returns>
    /// <exception cref="ProblemException">It could not be asked, or the daemon went away before the end.</exception>
    public int Run(CallRequest call, Action<Stream> writeInput)
    {
        var bytes = call.ToBytes();
        if (bytes.Length > ControlSocket.CallLimit)
        {
            throw ProgramProblems.CallTooLarge(bytes.Length, ControlSocket.CallLimit).AsException();
        }

        _daemon.SendCall(bytes);
        MindTime();
        MindSilence();
        return _daemon.ReadHead() switch
        {
            101 => Play(writeInput),
            null => throw Lost(),
            403 => throw ProgramProblems.AccessDenied("the control socket").AsException(),
            { } status => throw ProgramProblems.CallRefused(status).AsException(),
        };
    }

    public void Dispose()
    {
        _interrupt?.Dispose();
        _daemon.Dispose();
    }

    /// <summary>Called before each wait for the daemon: once the command is no quick one, passes Ctrl-C on and asks for what it says.</summary>
    private void MindTime()
    {
        var left = Quick - Stopwatch.GetElapsedTime(_begun);
        if (_interrupt is null && !(left > TimeSpan.Zero && _daemon.WaitForAnswer(left)))
        {
            _interrupt = Interrupt.Register(() => _daemon.Send(FrameKind.Interrupt, []));
            Say(FrameKind.Waiting);
        }
    }

    /// <summary>The call is sent, and may yet be done: it is waited for, but not without a word.</summary>
    private void MindSilence()
    {
        if (_interrupt is not null && !_daemon.WaitForAnswer(Silence))
        {
            var output = ConsoleSink.Output(Invocation.Caller);
            var process = _daemon.PeerProcess?.ToString(CultureInfo.InvariantCulture) ?? "?";
            output.Warn($"The daemon (process {process}) has not answered for {Silence.TotalSeconds} seconds; still waiting (Ctrl-C twice ends this).");
            output.Remedy($"If it was stopped, `kill -CONT {process}` lets it go on; `berth doctor` tells more.");
        }
    }

    private void SayWhetherHeard()
    {
        if (!_saidUnheard && ConsoleSink.Unheard.IsCancellationRequested)
        {
            _saidUnheard = true;
            Say(FrameKind.Unheard);
        }
    }

    // Once it wants input the daemon knows that the client waits; and of commands that want input only plugins' follow anything, which go on.
    private void Say(FrameKind what)
    {
        if (_input is null)
        {
            _daemon.Send(what, []);
        }
    }

    private bool TryReadFrame(out FrameKind kind, out ReadOnlySpan<byte> content)
    {
        MindTime();
        return _daemon.TryReadFrame(out kind, out content);
    }

    private int Play(Action<Stream> writeInput)
    {
        while (TryReadFrame(out var kind, out var content))
        {
            switch (kind)
            {
                case FrameKind.Output:
                    ConsoleSink.Shared.Write(OutputChannel.Standard, content);
                    SayWhetherHeard();
                    break;
                case FrameKind.Error:
                    ConsoleSink.Shared.Write(OutputChannel.Error, content);
                    break;
                case FrameKind.WantInput:
                    // An earlier daemon wants all there is.
                    (_input ?? StartInput(writeInput)).Want(content.Length == sizeof(int) ? BinaryPrimitives.ReadInt32LittleEndian(content) : long.MaxValue / 2);
                    break;
                case FrameKind.Exit when content.Length == sizeof(int):
                    return BinaryPrimitives.ReadInt32LittleEndian(content);
                default:
                    throw Lost();
            }
        }

        throw Lost();
    }

    private InputFrames StartInput(Action<Stream> writeInput)
    {
        var input = _input = new InputFrames(_daemon);

        // Standard input may block for ever; the thread must not keep the process alive.
        new Thread(() => SendInput(writeInput, input)) { IsBackground = true }.Start();
        return input;
    }

    private void SendInput(Action<Stream> writeInput, InputFrames input)
    {
        try
        {
            writeInput(input);
            _daemon.Send(FrameKind.Input, []);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            // Half an archive must not look like a whole one: the daemon is told by the connection's end.
            _inputFault = e.Message;
            _daemon.Abort();
        }
    }

    private ProblemException Lost() => _inputFault is { } fault
        ? ProgramProblems.InputUnreadable(fault).AsException()
        : ProgramProblems.DaemonLost().AsException();
}
