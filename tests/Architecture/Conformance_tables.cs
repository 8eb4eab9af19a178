using System.Text.RegularExpressions;
using Berth.TestKit;

namespace Berth.Architecture;

/// <summary>A table that names tests is kept true: each named test is there.</summary>
public sealed partial class Conformance_tables
{
    private static readonly ILookup<string, string> Tests = Directory
        .EnumerateFiles(Checkout.File("tests"), "*.cs", SearchOption.AllDirectories)
        .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal))
        .ToLookup(file => Path.GetFileNameWithoutExtension(file), File.ReadAllText);

    [Theory]
    [InlineData("acme-client.md", 110)]
    [InlineData("clients.md", 14)]
    public void name_tests_that_exist_for_every_fact(string table, int fewest)
    {
        var rows = File.ReadLines(Checkout.File("docs", "conformance", table)).Where(IsRow).ToList();

        Assert.True(rows.Count >= fewest, $"{table} has {rows.Count} rows");
        foreach (var row in rows)
        {
            var named = TestName().Matches(row.Split('|')[2]);
            Assert.True(named.Count > 0, $"no test: {row}");
            Assert.All(named, name => Assert.True(Exists(name.Groups[1].Value, name.Groups[2].Value), $"there is no test {name.Value}"));
        }
    }

    private static bool IsRow(string line) => line.StartsWith('|') && !line.StartsWith("| fact", StringComparison.Ordinal) && !line.StartsWith("| ---", StringComparison.Ordinal);

    internal static bool Exists(string subject, string sentence) =>
        Tests[subject].Any(text => Regex.IsMatch(text, $@"\bpublic (async )?(void|Task) {Regex.Escape(sentence)}\("));

    [GeneratedRegex(@"`(\w+)\.(\w+)`")]
    private static partial Regex TestName();
}
