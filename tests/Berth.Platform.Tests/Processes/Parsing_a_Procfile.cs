using Berth.Kernel;
using Berth.Platform.Processes;
using CsCheck;

namespace Berth.Platform.Tests.Processes;

public sealed class Parsing_a_Procfile
{
    [Fact]
    public void reads_one_command_a_line()
    {
        var processes = Procfile.Parse("web: ./server --port $PORT\nworker:./work\nrelease_1-x : ./migrate", "Procfile");

        Assert.Equal(["release_1-x", "web", "worker"], processes.Keys.Select(type => type.Text));
        Assert.Equal("./server --port $PORT", processes[ProcessType.Web].Text);
        Assert.Equal("./work", processes[ProcessType.Parse("worker")].Text);
    }

    [Fact]
    public void leaves_out_comments_and_empty_lines_and_takes_any_line_end()
    {
        var processes = Procfile.Parse("\ufeff# what we run\r\n\r\n  web: a b  \r\n   \n# more\nworker: c", "Procfile");

        Assert.Equal("a b", processes[ProcessType.Web].Text);
        Assert.Equal("c", processes[ProcessType.Parse("worker")].Text);
    }

    [Theory]
    [InlineData("web: a\nworker b", "Procfile line 2 reads 'worker b'")]
    [InlineData("web: a\n: b", "line 2")]
    [InlineData("we b: a", "line 1 has the name 'we b'")]
    [InlineData("../web: a", "line 1 has the name '../web'")]
    [InlineData("web: a\n\nweb: b", "line 3 names web a second time")]
    [InlineData("", "names no process")]
    [InlineData("# web: a", "names no process")]
    [InlineData("web:", "line 1 (web) names no program")]
    [InlineData("web: A=1", "line 1 (web)")]
    [InlineData("ok: a\nweb: a | b", "line 2 (web) uses '|'")]
    public void names_the_line_that_is_wrong(string text, string expected)
    {
        var problem = Assert.Throws<ProblemException>(() => Procfile.Parse(text, "Procfile")).Problem;

        Assert.Contains(expected, problem.Found, StringComparison.Ordinal);
        Assert.Contains(problem.Code, new[] { ProcessProblems.ProcfileInvalid, ProcessProblems.CommandUnsupported });
    }

    [Fact]
    public void accepts_a_hundred_types_and_refuses_one_more()
    {
        string Lines(int count) => string.Concat(Enumerable.Range(1, count).Select(i => $"p{i}: a\n"));

        Assert.Equal(100, Procfile.Parse(Lines(100), "Procfile").Count);
        Assert.Throws<ProblemException>(() => Procfile.Parse(Lines(101), "Procfile"));
    }

    [Fact]
    public void refuses_a_file_that_is_no_Procfile_before_reading_it()
    {
        Assert.NotEmpty(Procfile.Parse("web: a\n#" + new string('x', Procfile.SizeLimit - 8), "Procfile"));
        Assert.Throws<ProblemException>(() => Procfile.Parse("web: a\n#" + new string('x', Procfile.SizeLimit - 7), "Procfile"));
    }

    [Fact]
    public void fails_with_nothing_but_problems() =>
        Gen.Select(Gen.OneOf("web:", "worker: ", "\n", "\r\n", ":", "#", "a"), Gen.String)
            .Array[0, 12]
            .Sample(parts =>
            {
                try
                {
                    Assert.NotEmpty(Procfile.Parse(string.Concat(parts.Select(p => p.Item1 + p.Item2)), "Procfile"));
                }
                catch (ProblemException)
                {
                    // What it is for.
                }
            });
}
