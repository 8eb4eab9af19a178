using System.Collections.Immutable;
using System.Diagnostics;
using Berth.Kernel;
using Berth.Platform.Processes;
using CsCheck;

namespace Berth.Platform.Tests.Processes;

public sealed class Splitting_a_command
{
    private static readonly ImmutableDictionary<string, string> Environment = ImmutableDictionary.CreateRange(
    [
        KeyValuePair.Create("PORT", "5000"),
        KeyValuePair.Create("OPTS", "-Xmx1g  -server"),
        KeyValuePair.Create("EMPTY", ""),
        KeyValuePair.Create("HOME", "/app dir"),
        KeyValuePair.Create("SPACED", " x "),
    ]);

    [Theory]
    [InlineData("./server --port $PORT", "./server|--port|5000")]
    [InlineData("a \"$PORT\"'$PORT'\\$PORT", "a|5000$PORT$PORT")]
    [InlineData("java $OPTS -jar x.jar", "java|-Xmx1g|-server|-jar|x.jar")]
    [InlineData("a \"$OPTS\"", "a|-Xmx1g  -server")]
    [InlineData("a $EMPTY b", "a|b")]
    [InlineData("a \"$EMPTY\" ''", "a||")]
    [InlineData("a x$SPACED''y", "a|x|x|y")]
    [InlineData("a ${PORT}0 ${NONE}z", "a|50000|z")]
    [InlineData("a ${NONE:-x y} ${EMPTY:-e}${EMPTY-f}", "a|x|y|e")]
    [InlineData("a \"${NONE:-x y}\" ${NONE-\"p q\"} ${NONE:-${PORT:-1}}", "a|x y|p q|5000")]
    [InlineData("a tcp://0.0.0.0:$PORT # a comment | here", "a|tcp://0.0.0.0:5000")]
    [InlineData("a b#c '#d'", "a|b#c|#d")]
    [InlineData("a ~/bin ~ x~ '~'", "a|/app dir/bin|/app dir|x~|~")]
    [InlineData("exec ./server exec", "./server|exec")]
    [InlineData("a \"\\$PORT \\\\ \\n\" \\n", "a|$PORT \\ \\n|n")]
    [InlineData("a $ $/ 5$", "a|$|$/|5$")]
    [InlineData("a --q='x|y;z' [::]:1 {a,b} %", "a|--q=x|y;z|[::]:1|{a,b}|%")]
    public void gives_the_words_that_a_shell_would(string text, string expected)
    {
        var words = ProcessCommand.Parse(text).Expand(Environment).Words;

        Assert.Equal(expected, string.Join('|', words));
    }

    [Fact]
    public void sets_the_assignments_in_front_for_the_program_only()
    {
        var command = ProcessCommand.Parse("PORT=1 A=\"x $PORT\" B=${A}y C= ./server $PORT D=4").Expand(Environment);

        Assert.Equal(["./server", "5000", "D=4"], command.Words);
        Assert.Equal("1", command.Environment["PORT"]);
        Assert.Equal("x 1", command.Environment["A"]);
        Assert.Equal("x 1y", command.Environment["B"]);
        Assert.Equal("", command.Environment["C"]);
        Assert.False(command.Environment.ContainsKey("D"));
    }

    [Theory]
    [InlineData("a | b", "'|'")]
    [InlineData("a && b", "'&'")]
    [InlineData("a; b", "';'")]
    [InlineData("a > log", "'>'")]
    [InlineData("a 2>&1", "'>'")]
    [InlineData("a < in", "'<'")]
    [InlineData("(a)", "'('")]
    [InlineData("a $(b)", "'$('")]
    [InlineData("a \"$(b)\"", "'$('")]
    [InlineData("a `b`", "'`'")]
    [InlineData("a \"`b`\"", "'`'")]
    [InlineData("a *.txt", "'*'")]
    [InlineData("a x?", "'?'")]
    [InlineData("a ~user/x", "'~user'")]
    [InlineData("a $1", "'$1'")]
    [InlineData("a $$", "'$$'")]
    [InlineData("a\nb", "a line break")]
    [InlineData("cd /x", "'cd'")]
    [InlineData("if x", "'if'")]
    public void refuses_what_needs_a_shell_and_says_where_to_put_it(string text, string expected)
    {
        var problem = Assert.Throws<ProblemException>(() => ProcessCommand.Parse(text, "Procfile line 7 (web)")).Problem;

        Assert.Equal(ProcessProblems.CommandUnsupported, problem.Code);
        Assert.Contains($"Procfile line 7 (web) uses {expected}", problem.Found, StringComparison.Ordinal);
        Assert.Contains("script file", problem.Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a 'b", "never closed")]
    [InlineData("a \"b", "never closed")]
    [InlineData("a ${B", "other than")]
    [InlineData("a ${B:-c", "never closed")]
    [InlineData("a ${B:=c}", "other than")]
    [InlineData("a ${#B}", "other than")]
    [InlineData("a ${1}", "other than")]
    [InlineData("a b\\", "backslash")]
    [InlineData("a \0", "NUL")]
    [InlineData("a '\0'", "NUL")]
    public void refuses_what_is_unfinished(string text, string expected)
    {
        var problem = Assert.Throws<ProblemException>(() => ProcessCommand.Parse(text)).Problem;

        Assert.Contains(expected, problem.Found, StringComparison.Ordinal);
    }

    [Fact]
    public void bounds_nesting_and_length()
    {
        string Nested(int depth) => "a " + string.Concat(Enumerable.Repeat("${A:-", depth)) + new string('}', depth);

        Assert.Equal(["a"], ProcessCommand.Parse(Nested(8)).Expand(Environment).Words);
        Assert.Throws<ProblemException>(() => ProcessCommand.Parse(Nested(9)));
        Assert.Throws<ProblemException>(() => ProcessCommand.Parse(new string('a', ProcessCommand.LengthLimit + 1)));
        Assert.NotNull(ProcessCommand.Parse(new string('a', ProcessCommand.LengthLimit)));
    }

    [Fact]
    public void fails_at_the_start_when_no_program_is_left()
    {
        var command = ProcessCommand.Parse("$NONE");

        Assert.Throws<ProblemException>(() => command.Expand(Environment));
        Assert.Throws<ProblemException>(() => ProcessCommand.Parse("\"$NONE\" a").Expand(Environment));
    }

    [Fact]
    public void gives_back_any_words_that_were_quoted() =>
        Gen.String.Select(text => text.Replace("\0", "", StringComparison.Ordinal)).Array[1, 6]
            .Where(words => words[0].Length > 0 && words[0] != "." && words.Sum(word => (word.Length * 4) + 3) < ProcessCommand.LengthLimit)
            .Sample(words => Assert.Equal(words, ProcessCommand.Of(words).Expand(Environment).Words));

    [Fact]
    public void fails_with_nothing_but_problems() =>
        Gen.OneOf(Gen.OneOf("$", "{", "}", "\"", "'", "\\", " ", ":-", "A", "=", "~", "#", "exec "), Gen.String).Array[0, 20]
            .Sample(parts =>
            {
                try
                {
                    Assert.NotEmpty(ProcessCommand.Parse(string.Concat(parts)).Expand(Environment).Words);
                }
                catch (ProblemException)
                {
                    // What it is for.
                }
            });

    [Fact]
    public void agrees_with_the_shell_of_this_machine()
    {
        var parts = Gen.OneOf(
            "a", "b1", "-x", "=", "/", " ", "  ", "\t", "'x y'", "'$PORT'", "\"q $PORT\"", "\"$OPTS\"", "\"\"", "''", "\\ ", "\\$", "\\\\",
            "\"\\\"\\$\\x\"", "$PORT", "${PORT}", "$OPTS", "$SPACED", "$EMPTY", "$NONE", "${NONE:-d e}", "${EMPTY:-f}", "${EMPTY-g}",
            "\"${NONE:-h i}\"", "${NONE:-\"j k\"}", "${SPACED:-l}");
        var commands = parts.Array[1, 9].Select(chosen => "prog " + string.Concat(chosen)).Array[300].Single();

        var expected = Shell(commands);

        Assert.Equal(commands.Length, expected.Length);
        foreach (var (command, words) in commands.Zip(expected))
        {
            Assert.Equal((command, words), (command, string.Join('\x1f', ProcessCommand.Parse(command).Expand(Environment).Words)));
        }
    }

    private static string[] Shell(IEnumerable<string> commands)
    {
        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.Environment.Clear();
        foreach (var (name, value) in Environment)
        {
            start.Environment.Add(name, value);
        }

        using var shell = Process.Start(start)!;
        shell.StandardInput.Write("prog() { printf 'prog'; for w; do printf '\\037%s' \"$w\"; done; printf '\\036'; }\n");
        shell.StandardInput.Write(string.Join('\n', commands) + "\n");
        shell.StandardInput.Close();
        return shell.StandardOutput.ReadToEnd().Split('\x1e', StringSplitOptions.RemoveEmptyEntries);
    }
}
