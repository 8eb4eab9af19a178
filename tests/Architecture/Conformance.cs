using System.Text.RegularExpressions;
using Berth.TestKit;

namespace Berth.Architecture;

/// <summary>A demand in docs/conformance/rfc8555.md has a test, and the test is there.</summary>
public sealed partial class Conformance
{
    private static readonly string Page = File.ReadAllText(Checkout.File("docs", "conformance", "rfc8555.md"));

    // The last table says what is done otherwise: reasons stand where the others have tests.
    private static readonly string Demands = Page[..Page.IndexOf("## Done otherwise", StringComparison.Ordinal)];

    [Fact]
    public void names_only_tests_that_are_there()
    {
        var missing = Name().Matches(Demands).Select(name => (Class: name.Groups[1].Value, Method: name.Groups[2].Value)).Distinct()
            .Where(name => !Conformance_tables.Exists(name.Class, name.Method)).Select(name => $"{name.Class}.{name.Method}").ToList();

        Assert.Empty(missing);
    }

    [Fact]
    public void names_a_test_for_each_demand()
    {
        var rows = Demands.Split('\n').Where(line => line.StartsWith("| ", StringComparison.Ordinal) && !line.EndsWith("| test |", StringComparison.Ordinal)).ToList();

        Assert.True(rows.Count > 80, $"{rows.Count} demands");
        Assert.All(rows, row => Assert.Matches(Name(), row));
    }

    [GeneratedRegex(@"`(\w+)\.(\w+)`")]
    private static partial Regex Name();
}
