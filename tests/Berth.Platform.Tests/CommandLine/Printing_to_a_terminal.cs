using System.Text;
using Berth.Platform.CommandLine;

namespace Berth.Platform.Tests.CommandLine;

public sealed class Printing_to_a_terminal
{
    private const string Hostile = "a\x1b]0;owned\u0007b\rc";

    [Fact]
    public void spells_out_what_could_steer_it()
    {
        var (output, seen) = Make(terminal: true);
        output.Line(Hostile);
        output.Headline(Hostile);
        output.Detail(Hostile);
        output.Warn(Hostile);
        output.ErrorLine(Hostile);
        output.Raw(Hostile);
        output.Marked("ok", Tint.Green, Hostile);
        Assert.DoesNotContain('\x07', seen.Text);
        Assert.DoesNotContain('\r', seen.Text);
        Assert.DoesNotContain("\x1b]", seen.Text, StringComparison.Ordinal);
        Assert.Contains("a\\x1b]0;owned\\x07b\\x0dc", seen.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void keeps_its_own_colours_and_those_of_programs()
    {
        var (output, seen) = Make(terminal: true);
        output.Headline("My Apps");
        output.ProgramLine("\x1b[32mgreen\x1b[0m \x1b[2J");
        Assert.Equal("\x1b[1m=====> My Apps\x1b[0m\n\x1b[32mgreen\x1b[0m \\x1b[2J\n", seen.Text);
    }

    [Fact]
    public void gives_a_pipe_every_byte_as_it_is()
    {
        var (output, seen) = Make(terminal: false);
        output.Line(Hostile);
        output.ProgramLine(Hostile);
        output.Warn(Hostile);
        Assert.Equal($"{Hostile}\n{Hostile}\n !     {Hostile}\n", seen.Text);
    }

    private static (CommandOutput Output, Sink Seen) Make(bool terminal)
    {
        var sink = new Sink();
        return (new CommandOutput(sink, new Caller(0, "berth", terminal, terminal) { Coloured = terminal }), sink);
    }

    private sealed class Sink : IOutputSink
    {
        private readonly StringBuilder _text = new();

        public string Text => _text.ToString();

        public void Write(OutputChannel channel, ReadOnlySpan<byte> utf8) => _text.Append(Encoding.UTF8.GetString(utf8));

        public ValueTask FlushAsync(CancellationToken cancel) => ValueTask.CompletedTask;
    }
}
