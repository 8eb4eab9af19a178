using Berth.Client;
using Berth.Kernel;
using Berth.TestKit;
using CsCheck;

namespace Berth.Specs;

/// <summary>What lines of <c>dokkurc</c> and of the files in <c>.dokkurc</c> mean, as laws.</summary>
public sealed class Reading_dokkurc_by_law
{
    // Set by nobody's environment: the process's own would win.
    private static readonly Gen<string> Name = Gen.OneOf("DOKKU_LAW_A", "DOKKU_LAW_B", "DOKKU_LAW_C");
    private static readonly Gen<string> Value = Gen.String[Gen.OneOf(Gen.Char['a', 'z'], Gen.OneOf('0', '9', '/', '.', ':', '-', '_', '=')), 1, 12];
    private static readonly Gen<string> Spaced = Gen.String[Gen.OneOf(Gen.Char['a', 'z'], Gen.OneOf(' ', '#', ';', '&', '|', '*', '(', '=')), 1, 12];

    private static readonly Gen<Line> Assignment = Gen.OneOf(
        Gen.Select(Name, Value, (name, value) => new Line($"{name}={value}", name, value)),
        Gen.Select(Name, Value, (name, value) => new Line($"export {name}={value}", name, value)),
        Gen.Select(Name, Value, (name, value) => new Line($"\t{name}={value} # said why", name, value)),
        Gen.Select(Name, Spaced, (name, value) => new Line($"export {name}=\"{value}\"", name, value)),
        Gen.Select(Name, Spaced, (name, value) => new Line($"{name}='{value}'", name, value)));

    private static readonly Gen<Line> Other = Gen.OneOf(
        "", "# DOKKU_LAW_A=comment", "set -eo pipefail", "if [[ -n $HOME ]]; then", "fi", "touch pwned", "LAW=1", "export PATH=/tmp", "DOKKU LAW A=1",
        "=DOKKU_LAW_A").Select(text => new Line(text, null, null));

    private static readonly Gen<Line> ForAShell = Gen.Select(
        Name, Gen.OneOf("$HOME", "`id`", "\"$(id)\"", "a$b"), (name, value) => new Line($"export {name}={value}", name, null));

    private static readonly Gen<Line[]> Lines = Gen.OneOf(Assignment, Other, ForAShell).Array[0, 12];

    [Fact]
    public void the_last_of_a_name_counts_and_one_that_needs_a_shell_unsets_it() => Lines.Sample(lines =>
    {
        var read = Read(("dokkurc", lines));

        AssertSays(lines, read);
        Assert.Null(read["LAW"]);
    });

    [Fact]
    public void files_of_the_folder_come_after_the_file_and_in_the_order_of_their_names() => Gen.Select(Lines, Lines, Lines).Sample((file, first, second) =>
        AssertSays([.. file, .. first, .. second], Read((".dokkurc/B", second), (".dokkurc/A", first), ("dokkurc", file))));

    [Fact]
    public void line_ends_of_another_system_change_nothing() => Lines.Sample(lines =>
    {
        using var scratch = new ScratchFolder();
        Write(scratch["dokkurc"], string.Join("\r\n", lines.Select(line => line.Text)));
        AssertSays(lines, In(scratch));
    });

    [Fact]
    public void whatever_is_in_them_nothing_fails_and_no_other_name_is_set() => Gen.String.Sample(text =>
    {
        using var scratch = new ScratchFolder();
        Write(scratch["dokkurc"], text);

        Assert.Null(In(scratch)["BERTH_LAW"]);
        Assert.Equal(["apps:list"], In(scratch).Applied(["apps:list"]).TakeLast(1));
    });

    [Theory]
    [InlineData("DOKKU_QUIET_OUTPUT", "--quiet")]
    [InlineData("DOKKU_TRACE", "--trace")]
    public void what_they_ask_for_is_said_as_if_it_were_typed_in_front(string name, string word) => Gen.Select(Value, Value.Array[1, 4]).Sample((value, words) =>
    {
        using var scratch = new ScratchFolder();
        Write(scratch["dokkurc"], $"export {name}={value}\n");

        Assert.Equal([word, .. words], In(scratch).Applied(words));
    });

    private static void AssertSays(Line[] lines, GlobalEnvironment read)
    {
        foreach (var name in (string[])["DOKKU_LAW_A", "DOKKU_LAW_B", "DOKKU_LAW_C"])
        {
            Assert.Equal(lines.LastOrDefault(line => line.Name == name)?.Value, read[name]);
        }
    }

    private static GlobalEnvironment Read(params (string File, Line[] Lines)[] files)
    {
        using var scratch = new ScratchFolder();
        foreach (var (file, lines) in files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(scratch[file])!);
            Write(scratch[file], string.Concat(lines.Select(line => line.Text + "\n")));
        }

        return In(scratch);
    }

    private static GlobalEnvironment In(ScratchFolder scratch)
    {
        var read = new GlobalEnvironment();
        read.Add(scratch.Path);
        return read;
    }

    private static void Write(string file, string text) => AtomicFile.Write(file, text);

    /// <param name="Text">As it stands in the file.</param>
    /// <param name="Name">What it sets; null for nothing.</param>
    /// <param name="Value">To what; null where only a shell could tell.</param>
    private sealed record Line(string Text, string? Name, string? Value);
}
