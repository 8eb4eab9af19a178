using System.Text.RegularExpressions;
using Berth.TestKit;

namespace Berth.Architecture;

public sealed partial class The_house
{
    /// <summary>From the ground up: a project may reference those before it, never those behind it.</summary>
    private static readonly string[] Rooms =
        ["Berth.Kernel", "Berth.Acme", "Berth.Authority", "Berth.Edge", "Berth.Storage", "Berth.Platform", "Berth"];

    public static TheoryData<string> Projects => [.. Rooms];

    [Theory]
    [MemberData(nameof(Projects))]
    public void references_point_down_only(string project)
    {
        var text = File.ReadAllText(Checkout.File("src", project, $"{project}.csproj"));
        var allowed = Rooms.TakeWhile(room => room != project);
        foreach (Match reference in Reference().Matches(text))
        {
            Assert.Contains(reference.Groups[1].Value, allowed);
        }
    }

    [Fact]
    public void the_acme_client_knows_nothing_of_the_platform() =>
        Assert.Equal(["Berth.Kernel"], References("Berth.Acme"));

    [Fact]
    public void the_edge_asks_nobody() => Assert.Equal(["Berth.Kernel"], References("Berth.Edge"));

    [Fact]
    public void every_file_lies_where_its_namespace_says()
    {
        foreach (var file in Sources())
        {
            var relative = Path.GetRelativePath(Checkout.File("src"), Path.GetDirectoryName(file)!).Replace('/', '.');
            var declared = Namespace().Match(File.ReadAllText(file));
            if (declared.Success)
            {
                // A folder may only sort what its parent shows to users.
                Assert.True(relative == declared.Groups[1].Value || relative.StartsWith(declared.Groups[1].Value + ".", StringComparison.Ordinal), $"{file} declares {declared.Groups[1].Value}");
            }
        }
    }

    [Fact]
    public void a_file_holds_one_public_type()
    {
        foreach (var file in Sources())
        {
            var types = PublicType().Matches(File.ReadAllText(file));
            Assert.True(types.Count <= 1, $"{file} holds {types.Count} public types");
        }
    }

    [Fact]
    public void no_file_grows_beyond_what_can_be_read_at_once()
    {
        foreach (var file in Sources())
        {
            Assert.True(File.ReadLines(file).Count() <= 330, file);
        }
    }

    [Fact]
    public void no_word_of_a_user_reaches_a_shell()
    {
        foreach (var file in Sources())
        {
            Assert.DoesNotMatch(@"""(/bin/)?(sh|bash)""", File.ReadAllText(file));
        }
    }

    [Fact]
    public void each_function_of_the_C_library_is_declared_once()
    {
        var twice = Sources()
            .SelectMany(file => CFunction().Matches(File.ReadAllText(file)).Select(match => (Function: match.Groups[1].Value, File: Path.GetFileName(file))))
            .GroupBy(declared => declared.Function)
            .Where(declared => declared.Count() > 1)
            .Select(declared => $"{declared.Key}: {string.Join(", ", declared.Select(each => each.File))}");
        Assert.Empty(twice);
    }

    [Fact]
    public void one_place_asks_whether_this_is_root() =>
        Assert.DoesNotContain(Sources(), file => File.ReadAllText(file).Contains("IsPrivilegedProcess", StringComparison.Ordinal));

    private static IEnumerable<string> Sources() =>
        Directory.EnumerateFiles(Checkout.File("src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal));

    private static IEnumerable<string> References(string project) =>
        Reference().Matches(File.ReadAllText(Checkout.File("src", project, $"{project}.csproj"))).Select(match => match.Groups[1].Value);

    [GeneratedRegex(@"<ProjectReference Include=""\.\./([\w.]+)/")]
    private static partial Regex Reference();

    [GeneratedRegex(@"LibraryImport\(""libc"", EntryPoint = ""(\w+)""")]
    private static partial Regex CFunction();

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    [GeneratedRegex(@"^public (?:sealed |static |abstract |readonly |partial |unsafe |ref )*(?:class|record|struct|interface|enum|delegate)\b", RegexOptions.Multiline)]
    private static partial Regex PublicType();
}
