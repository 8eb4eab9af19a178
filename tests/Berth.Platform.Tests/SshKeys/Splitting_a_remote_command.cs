using Berth.Kernel;
using Berth.Platform.SshKeys;
using CsCheck;

namespace Berth.Platform.Tests.SshKeys;

public sealed class Splitting_a_remote_command
{
    [Theory]
    [InlineData("", "")]
    [InlineData("  apps:list\t", "apps:list")]
    [InlineData("config:set app A='x y' B=\"p q\"", "config:set|app|A=x y|B=p q")]
    [InlineData("git-receive-pack 'it'\\''s'", "git-receive-pack|it's")]
    [InlineData("a \"b\\\"c\\\\d\\e\"", "a|b\"c\\d\\e")]
    [InlineData("a '' \"\" b", "a|||b")]
    [InlineData("a\\ b c", "a b|c")]
    [InlineData("a\nb\rc", "a|b|c")]
    public void gives_the_words_between_blanks_and_quotes(string line, string expected) =>
        Assert.Equal(expected, string.Join('|', RemoteWords.Split(line)));

    [Theory]
    [InlineData("apps:create $(id)")]
    [InlineData("a `id` $HOME ; rm -rf / && b | c > d < e * ? ~ {a,b} ! #x")]
    public void expands_nothing(string line) => Assert.Equal(line.Split(' '), RemoteWords.Split(line));

    [Theory]
    [InlineData("a 'b")]
    [InlineData("a \"b")]
    [InlineData("a \"b\\\"")]
    [InlineData("a \\")]
    public void refuses_what_is_left_open(string line) =>
        Assert.Equal(SshKeyProblems.CommandUnreadable, Assert.Throws<ProblemException>(() => RemoteWords.Split(line)).Problem.Code);

    [Fact]
    public void bounds_the_line()
    {
        Assert.Single(RemoteWords.Split(new string('a', RemoteWords.LengthLimit)));
        Assert.Throws<ProblemException>(() => RemoteWords.Split(new string('a', RemoteWords.LengthLimit + 1)));
    }

    [Fact]
    public void gives_back_any_words_quoted_either_way() =>
        Gen.String.Array[0, 6].Sample(words =>
        {
            Assert.Equal(words, RemoteWords.Split(string.Join(' ', words.Select(word => $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'"))));
            Assert.Equal(words, RemoteWords.Split(string.Join(' ', words.Select(word => $"\"{word.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\""))));
        });

    [Fact]
    public void fails_with_nothing_but_problems() =>
        Gen.OneOf(Gen.OneOf("'", "\"", "\\", " ", "a", "\n"), Gen.String).Array[0, 20].Sample(parts =>
        {
            try
            {
                _ = RemoteWords.Split(string.Concat(parts));
            }
            catch (ProblemException)
            {
                // What it is for.
            }
        });
}
