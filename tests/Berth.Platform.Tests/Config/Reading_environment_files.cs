using Berth.Platform.Config;
using CsCheck;

namespace Berth.Platform.Tests.Config;

public sealed class Reading_environment_files
{
    private static readonly Gen<string> Key =
        Gen.Select(Gen.Char["abcXYZ_"], Gen.String[Gen.Char["abcXYZ_019"], 0, 12], (first, rest) => first + rest);

    [Fact]
    public void gives_back_every_value_that_was_written() =>
        Gen.Dictionary(Key, Gen.String)[0, 8].Sample(values =>
            Assert.Equal(values.OrderBy(pair => pair.Key, StringComparer.Ordinal), EnvironmentFile.Parse(EnvironmentFile.Format(values))));

    [Fact]
    public void never_throws_whatever_the_file_holds() => Gen.String.Sample(text => { _ = EnvironmentFile.Parse(text); });

    [Theory]
    [InlineData("A=1\nB=two words\n", "A=1|B=two words")]
    [InlineData("export A='it is $HOME'\n", "A=it is $HOME")]
    [InlineData("A=\"line\\nline \\\"quoted\\\" \\$x\"", "A=line\nline \"quoted\" $x")]
    [InlineData("# comment\n\n  A = 1  # behind\n=x\nnothing\nB='open\nC=3", "A=1|B='open|C=3")]
    [InlineData("A='several\nlines'\nB=2", "A=several\nlines|B=2")]
    [InlineData("A=\"\"\nB=''", "A=|B=")]
    [InlineData("A=1\nA=2", "A=2")]
    [InlineData("1A=x\nA-B=y\r\nC=z\r\n", "C=z")]
    public void reads_what_people_and_older_servers_write(string text, string expected) =>
        Assert.Equal(expected, string.Join('|', EnvironmentFile.Parse(text).Select(pair => $"{pair.Key}={pair.Value}")));

    [Fact]
    public void tells_the_lines_that_are_no_assignment()
    {
        var faulty = new List<int>();
        var values = EnvironmentFile.Parse("# a comment\nA=1\n\nno assignment\nexport B='x\ny'\n=nothing\n1BAD=2\nC=3", faulty.Add);

        Assert.Equal([4, 7, 8], faulty);
        Assert.Equal(["A", "B", "C"], values.Keys);
    }
}
