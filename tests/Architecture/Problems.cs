using System.Reflection;
using Berth.Commands;
using Berth.Kernel;
using Berth.TestKit;

namespace Berth.Architecture;

public sealed class Problems
{
    public static TheoryData<string> Codes => [.. ProblemTable.All.Select(code => code.Id)];

    [Fact]
    public void the_table_lists_every_code_declared_and_each_once()
    {
        var declared = ((Type[])[typeof(ProblemCode), typeof(Acme.AcmeClient), typeof(Authority.AuthorityServer), typeof(Edge.EdgeServer),
                typeof(Storage.IStateStore), typeof(Platform.Apps.AppCatalog), typeof(ProblemTable)])
            .SelectMany(type => type.Assembly.GetTypes())
            .SelectMany(type => type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
            .Where(field => field.FieldType == typeof(ProblemCode))
            .Select(field => ((ProblemCode)field.GetValue(null)!).Id)
            .Order(StringComparer.Ordinal)
            .ToArray();

        Assert.Equal(declared, ProblemTable.All.Select(code => code.Id).Order(StringComparer.Ordinal));
        Assert.Equal(declared.Length, declared.Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Codes))]
    public void each_has_a_page_with_its_cause_and_its_remedy(string code)
    {
        var page = File.ReadAllText(Checkout.File("docs", "problems", $"{code}.md"));
        Assert.StartsWith($"# {code}\n", page, StringComparison.Ordinal);
        Assert.Contains("\n## What happened\n", page, StringComparison.Ordinal);
        Assert.Contains("\n## What to do\n", page, StringComparison.Ordinal);
        Assert.True(page.Length > 200, "a page says more than the message");
    }

    [Fact]
    public void no_page_is_left_of_a_code_that_is_gone() => Assert.Equal(
        ProblemTable.All.Select(code => $"{code.Id}.md").Order(StringComparer.Ordinal),
        Directory.EnumerateFiles(Checkout.File("docs", "problems"), "*.md")
            .Select(file => Path.GetFileName(file))
            .Where(file => file != "README.md")
            .Order(StringComparer.Ordinal));

    [Fact]
    public void codes_are_words_and_hyphens_and_end_in_a_status_that_means_failure() => Assert.All(ProblemTable.All, code =>
    {
        Assert.Matches("^[a-z0-9]+(-[a-z0-9]+)+$", code.Id);
        Assert.InRange(code.ExitStatus, 1, 125);
    });
}
