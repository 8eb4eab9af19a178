using System.Text;

namespace Berth.Platform.CommandLine;

/// <summary>Prints in the contract's shapes; on a terminal with colour.</summary>
public sealed class CommandOutput(IOutputSink sink, Caller caller)
{
    private const string Bold = "\x1b[1m";
    private const string Red = "\x1b[31m";
    private const string Plain = "\x1b[0m";

    /// <summary>Who reads it.</summary>
    public Caller Caller => caller;

    /// <summary>The same outputs for a caller who is quieter or forces more.</summary>
    public CommandOutput For(Caller other) => new(sink, other);

    /// <summary>Whether a person watches: then durations and addresses are added that scripts do not expect.</summary>
    public bool OnTerminal => caller.OutputIsTerminal;

    /// <summary>The same output, with a second reader of everything that is printed.</summary>
    public CommandOutput With(IOutputSink second) => new(new BothSinks(sink, second), caller);

    /// <summary>A line as it is.</summary>
    public void Line(string text = "") => Send(OutputChannel.Standard, text + "\n");

    /// <summary>Text without a line end.</summary>
    public void Raw(string text) => Send(OutputChannel.Standard, text);

    /// <summary><c>-----&gt; text</c>: a step that begins.</summary>
    public void Step(string text) => Line($"-----> {text}");

    /// <summary>A <see cref="Step"/> that <c>--quiet</c> leaves out, as the contract has it for some commands.</summary>
    public void QuietStep(string text)
    {
        if (!caller.Quiet)
        {
            Step(text);
        }
    }

    /// <summary>A <see cref="Detail"/> that <c>--quiet</c> leaves out.</summary>
    public void QuietDetail(string text)
    {
        if (!caller.Quiet)
        {
            Detail(text);
        }
    }

    /// <summary><c>=====&gt; text</c>: a headline; left out by <c>--quiet</c>.</summary>
    public void Headline(string text)
    {
        if (!caller.Quiet)
        {
            Line(caller is { Coloured: true, OutputIsTerminal: true } ? $"{Bold}=====> {text}{Plain}" : $"=====> {text}");
        }
    }

    /// <summary>Seven spaces and the text: a detail of the step above.</summary>
    public void Detail(string text) => Line($"       {text}");

    /// <summary><c> !     text</c> on standard error.</summary>
    public void Warn(string text) => Send(
        OutputChannel.Error,
        caller is { Coloured: true, ErrorIsTerminal: true } ? $"{Red} !     {text}{Plain}\n" : $" !     {text}\n");

    /// <summary>A line on standard error as it is.</summary>
    public void ErrorLine(string text) => Send(OutputChannel.Error, text + "\n");

    /// <summary>Bytes another program printed, as they are.</summary>
    public void Bytes(OutputChannel channel, ReadOnlySpan<byte> bytes) => sink.Write(channel, bytes);

    /// <summary>Text on standard error as it is.</summary>
    public void ErrorRaw(string text) => Send(OutputChannel.Error, text);

    public ValueTask FlushAsync(CancellationToken cancel) => sink.FlushAsync(cancel);

    private void Send(OutputChannel channel, string text) => sink.Write(channel, Encoding.UTF8.GetBytes(text));
}
