using System.Text;
using Berth.Kernel;

namespace Berth.Platform.CommandLine;

/// <summary>
/// Prints in the contract's shapes; on a terminal with colour. What could steer a terminal is spelled out there, whoever it came from;
/// a pipe or a file gets every byte as it is.
/// </summary>
public sealed class CommandOutput(IOutputSink sink, Caller caller)
{
    private const string Bold = "\x1b[1m";
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
    public void Line(string text = "") => Send(OutputChannel.Standard, Shown(text) + "\n");

    /// <summary>Text without a line end.</summary>
    public void Raw(string text) => Send(OutputChannel.Standard, Shown(text));

    /// <summary>A line that a program printed: its colours pass.</summary>
    public void ProgramLine(string text) =>
        Send(OutputChannel.Standard, (caller.OutputIsTerminal ? Printable.Escaped(text, keepColour: true) : text) + "\n");

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
            var line = $"=====> {Shown(text)}";
            Send(OutputChannel.Standard, caller is { Coloured: true, OutputIsTerminal: true } ? $"{Bold}{line}{Plain}\n" : line + "\n");
        }
    }

    /// <summary>Seven spaces and the text: a detail of the step above.</summary>
    public void Detail(string text) => Line($"       {text}");

    /// <summary>A detail behind a coloured word.</summary>
    public void Marked(string mark, Tint tint, string text) => Send(
        OutputChannel.Standard,
        $"       {(caller is { Coloured: true, OutputIsTerminal: true } ? Coloured(tint, mark) : mark)}  {Shown(text)}\n");

    /// <summary><c> !     text</c> on standard error.</summary>
    public void Warn(string text)
    {
        var line = $" !     {ShownAsError(text)}";
        Send(OutputChannel.Error, caller is { Coloured: true, ErrorIsTerminal: true } ? Coloured(Tint.Red, line) + "\n" : line + "\n");
    }

    /// <summary>What to do next, below a warning: commands in it are written <c>`berth …`</c>, and read as the program was called.</summary>
    public void Remedy(string? text)
    {
        if (text is not null)
        {
            ErrorLine($"       {caller.AsCalled(text)}");
        }
    }

    /// <summary>A line on standard error as it is.</summary>
    public void ErrorLine(string text) => Send(OutputChannel.Error, ShownAsError(text) + "\n");

    /// <summary>Bytes another program printed, as they are.</summary>
    public void Bytes(OutputChannel channel, ReadOnlySpan<byte> bytes) => sink.Write(channel, bytes);

    /// <summary>Text on standard error as it is.</summary>
    public void ErrorRaw(string text) => Send(OutputChannel.Error, ShownAsError(text));

    public ValueTask FlushAsync(CancellationToken cancel) => sink.FlushAsync(cancel);

    private static string Coloured(Tint tint, string text) => $"\x1b[{(int)tint}m{text}{Plain}";

    private string Shown(string text) => caller.OutputIsTerminal ? Printable.Escaped(text) : text;

    private string ShownAsError(string text) => caller.ErrorIsTerminal ? Printable.Escaped(text) : text;

    private void Send(OutputChannel channel, string text) => sink.Write(channel, Encoding.UTF8.GetBytes(text));
}
