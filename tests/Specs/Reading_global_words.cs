using Berth.Commands;
using Berth.Kernel;
using CsCheck;

namespace Berth.Specs;

/// <summary>The contract's global words, as laws: only those in front are taken off, and nothing else changes.</summary>
public sealed class Reading_global_words
{
    private static readonly Gen<string> Plain = Gen.String[Gen.Char['a', 'z'], 1, 8];
    private static readonly Gen<string[]> Global = Gen.OneOf(
        Gen.Const<string[]>(["--quiet"]), Gen.Const<string[]>(["--force"]), Gen.Const<string[]>(["--trace"]),
        Gen.OneOf(Plain, Gen.Const("--quiet")).Select(app => new[] { "--app", app }));

    private static readonly Gen<string[]> Globals = Global.Array[0, 6].Select(all => all.SelectMany(words => words).ToArray());

    // A command and its own words, among them such as would be global in front.
    private static readonly Gen<string[]> Command = Gen.Select(
        Plain, Gen.OneOf(Plain, Gen.OneOf("--quiet", "--force", "--trace", "--app", "-", "--")).Array[0, 5], (name, words) => (string[])[name, .. words]);

    [Fact]
    public void are_taken_off_in_front_in_any_order_and_number() => Gen.Select(Globals, Command).Sample((globals, command) =>
    {
        var read = GlobalWords.Strip([.. globals, .. command]);

        Assert.Equal(command, read.Words);
        var flags = FlagsOf(globals);
        Assert.Equal(flags, (read.Quiet, read.Force, read.Trace, read.App));
    });

    [Fact]
    public void are_taken_off_once_for_all() => Gen.Select(Globals, Command).Sample((globals, command) =>
    {
        var again = GlobalWords.Strip(GlobalWords.Strip([.. globals, .. command]).Words);

        Assert.Equal(command, again.Words);
        Assert.Equal((false, false, false, null), (again.Quiet, again.Force, again.Trace, again.App));
    });

    [Fact]
    public void say_the_same_in_two_steps_as_in_one() => Gen.Select(Globals, Globals, Command).Sample((first, second, command) =>
    {
        var whole = GlobalWords.Strip([.. first, .. second, .. command]);
        var (left, right) = (GlobalWords.Strip(first), GlobalWords.Strip([.. second, .. command]));

        Assert.Equal(
            (left.Quiet || right.Quiet, left.Force || right.Force, left.Trace || right.Trace, right.App ?? left.App),
            (whole.Quiet, whole.Force, whole.Trace, whole.App));
        Assert.Equal(right.Words, whole.Words);
    });

    [Fact]
    public void put_the_app_where_its_word_would_stand() => Gen.Select(Globals, Command).Sample((globals, command) =>
    {
        var read = GlobalWords.Strip([.. globals, .. command]);

        Assert.Equal(read.App is { } app ? [command[0], app, .. command[1..]] : command, read.WordsWithApp);
    });

    [Fact]
    public void are_all_there_is_where_no_command_follows() => Globals.Sample(globals =>
        Assert.Empty(GlobalWords.Strip(globals).WordsWithApp));

    [Fact]
    public void ask_for_the_apps_name_where_it_is_missing() => Globals.Sample(globals =>
        Assert.Equal("flag needs an argument: --app", Assert.Throws<ProblemException>(() => GlobalWords.Strip([.. globals, "--app"])).Problem.Found));

    private static (bool Quiet, bool Force, bool Trace, string? App) FlagsOf(string[] globals)
    {
        var flags = (Quiet: false, Force: false, Trace: false, App: (string?)null);
        for (var i = 0; i < globals.Length; i++)
        {
            flags = globals[i] switch
            {
                "--quiet" => flags with { Quiet = true },
                "--force" => flags with { Force = true },
                "--trace" => flags with { Trace = true },
                _ => flags with { App = globals[++i] },
            };
        }

        return flags;
    }
}
