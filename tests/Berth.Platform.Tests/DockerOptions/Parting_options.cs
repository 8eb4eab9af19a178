using Berth.Kernel;
using Berth.Platform.DockerOptions;
using CsCheck;

namespace Berth.Platform.Tests.DockerOptions;

public sealed class Parting_options
{
    private static readonly Gen<string> Word = Gen.String[Gen.Char["abc '\"$`\\*?[]<>|&;(){}!#~=-_/\t\u00a0\u2028é"], 0, 12];

    [Fact]
    public void gives_back_every_word_that_was_written() =>
        Word.List[0, 6].Sample(words => Assert.Equal(words, OptionWords.Parse(OptionWords.Format(words))));

    [Fact]
    public void writes_words_that_survive_a_list_in_a_file() =>
        Word.List[1, 6].Sample(words => Assert.Equal(words, OptionWords.Parse(OptionWords.Format(words).Trim())));

    [Fact]
    public void refuses_or_parts_whatever_it_is_given() => Gen.String.Sample(text =>
    {
        try
        {
            _ = OptionGroups.Parse(text);
        }
        catch (ProblemException e)
        {
            Assert.Same(DockerOptionProblems.OptionInvalid, e.Problem.Code);
        }
    });

    [Theory]
    [InlineData("--ulimit nofile=12", "--ulimit nofile=12")]
    [InlineData("--ulimit nofile=12 --shm-size 256m", "--ulimit nofile=12|--shm-size 256m")]
    [InlineData("-v /a:/b -v /c:/d", "-v /a:/b|-v /c:/d")]
    [InlineData("--label \"a b\"", "--label 'a b'")]
    [InlineData("--label a\\ b", "--label 'a b'")]
    [InlineData("--env X=$HOME --env Y=$(id -u)", "--env 'X=$HOME'|--env 'Y=$(id -u)'")]
    [InlineData("--env `id -u`", "--env '`id -u`'")]
    [InlineData("--label \"rule=Host(\\`app\\`)\"", "--label 'rule=Host(`app`)'")]
    [InlineData("--env it\"'\"s", "--env 'it'\\''s'")]
    [InlineData("   ", "")]
    public void makes_one_option_of_each_flag_and_expands_nothing(string text, string expected) =>
        Assert.Equal(expected, string.Join('|', OptionGroups.Parse(text).Options));

    [Theory]
    [InlineData("--rm; reboot")]
    [InlineData("--rm | tee")]
    [InlineData("--rm > /etc/passwd")]
    [InlineData("--label 'open")]
    [InlineData("--label \"open")]
    [InlineData("--label $(open")]
    [InlineData("--label `open")]
    [InlineData("--label a\nb")]
    [InlineData("--label a\0b")]
    public void refuses_what_no_word_can_hold(string text) =>
        Assert.Same(DockerOptionProblems.OptionInvalid, Assert.Throws<ProblemException>(() => OptionGroups.Parse(text)).Problem.Code);

    [Fact]
    public void takes_a_process_among_the_options_for_the_flag_it_is()
    {
        var groups = OptionGroups.Parse("--ulimit nofile=12 --process web --process=worker");
        Assert.Equal(["--ulimit nofile=12"], groups.Options);
        Assert.Equal(["web", "worker"], groups.Processes);
    }

    [Theory]
    [InlineData("--process")]
    [InlineData("--process a b")]
    [InlineData("--process=a b")]
    public void refuses_a_process_without_a_single_value(string text) => Assert.Throws<ProblemException>(() => OptionGroups.Parse(text));

    [Fact]
    public void reads_a_text_as_long_as_allowed_and_not_one_character_more()
    {
        Assert.Single(OptionWords.Parse(new string('a', OptionWords.LengthLimit)));
        Assert.Throws<ProblemException>(() => OptionWords.Parse(new string('a', OptionWords.LengthLimit + 1)));
    }
}
