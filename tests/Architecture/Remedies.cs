using System.Collections.Immutable;
using System.Net;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Berth.Client;
using Berth.Commands;
using Berth.Daemon;
using Berth.Edge;
using Berth.Kernel;
using Berth.Platform.CommandLine;
using Berth.Storage;
using Berth.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Berth.Architecture;

/// <summary>A remedy names a command as <c>`berth command …`</c>, so that it can be copied, and printed under the name the caller uses.</summary>
public sealed partial class Remedies
{
    private static readonly string[] Commands =
    [
        .. new Services(new StateRoots("/nowhere/home", "/nowhere/lib"), new EdgeOptions(), null, new NoScheduler(), false, NullLoggerFactory.Instance)
            .Commands.All.Select(command => command.Name),
    ];

    private static readonly (string Maker, Problem Problem)[] All = [.. Made()];

    [Fact]
    public void are_looked_at_in_great_number() => Assert.True(All.Length > 60, $"only {All.Length} problems could be made");

    [Fact]
    public void write_commands_one_way()
    {
        foreach (var (maker, problem) in All)
        {
            foreach (Match word in ColonWord().Matches(Quoted().Replace(problem.Remedy, "")))
            {
                Assert.False(Commands.Contains(word.Value), $"{maker}: '{word.Value}' is not written as `berth {word.Value}`: {problem.Remedy}");
            }
        }
    }

    [Fact]
    public void name_only_commands_there_are()
    {
        foreach (var (maker, problem) in All)
        {
            foreach (Match quoted in BerthCommand().Matches(problem.Remedy))
            {
                var words = quoted.Groups[1].Value;
                Assert.True(
                    words.StartsWith("--", StringComparison.Ordinal) || words.EndsWith(":help", StringComparison.Ordinal) || words is "help" or "sample"
                        || Commands.Any(command => command == words || command.StartsWith(words + " ", StringComparison.Ordinal)),
                    $"{maker}: there is no command '{words}': {problem.Remedy}");
            }
        }
    }

    [Fact]
    public void are_printed_under_the_name_the_program_was_called_by()
    {
        Assert.Equal("Type `dokku ps:report`, or `sudo dokku doctor`.", new Caller(0, "dokku", false, false).AsCalled("Type `berth ps:report`, or `sudo berth doctor`."));
        Assert.Equal("Type `berth ps:report`.", new Caller(0, "berth", false, false).AsCalled("Type `berth ps:report`."));
    }

    [Fact]
    public void are_printed_by_the_one_method_that_knows_that_name() => Assert.DoesNotContain(
        Directory.EnumerateFiles(Checkout.File("src"), "*.cs", SearchOption.AllDirectories),
        file => PrintedRemedy().IsMatch(File.ReadAllText(file)));

    [Fact]
    public void have_pages_whose_first_paragraph_sums_them_up() => Assert.All(ProblemTable.All, code =>
        Assert.InRange(ExplainCommand.Summary(File.ReadAllText(Checkout.File("docs", "problems", $"{code.Id}.md"))).Length, 20, 200));

    private static IEnumerable<(string, Problem)> Made() =>
        from assembly in (Assembly[])[typeof(AppName).Assembly, typeof(IStateStore).Assembly, typeof(Platform.Apps.AppCatalog).Assembly, typeof(ProblemTable).Assembly]
        from type in assembly.GetTypes()
        where type.Name.EndsWith("Problems", StringComparison.Ordinal)
        from method in type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)
        where method.ReturnType == typeof(Problem) && !method.ContainsGenericParameters
        from problem in TryMake(method)
        select ($"{type.Name}.{method.Name}", problem);

    private static Problem[] TryMake(MethodInfo method)
    {
        try
        {
            return method.Invoke(null, [.. method.GetParameters().Select(parameter => Sample(parameter.ParameterType))]) is Problem problem ? [problem] : [];
        }
        catch (Exception e) when (e is TargetInvocationException or ArgumentException)
        {
            // One that needs more than a sample: those that can be made show the rule.
            return [];
        }
    }

    private static object? Sample(Type type) => type switch
    {
        _ when type == typeof(string) => "sample",
        _ when type == typeof(AppName) => AppName.Parse("sample"),
        _ when type == typeof(DomainName) => DomainName.Parse("sample.example.com"),
        _ when type == typeof(Exception) => new IOException("sample"),
        _ when type == typeof(SystemFault) => new SystemFault(28, "sample"),
        _ when type == typeof(IPEndPoint) => new IPEndPoint(IPAddress.Loopback, 80),
        _ when type == typeof(ImmutableArray<string>) => ImmutableArray.Create("sample"),
        _ when type.IsAssignableFrom(typeof(string[])) => (string[])["sample"],
        _ when type.IsValueType => Activator.CreateInstance(type),
        _ when type.IsAbstract || type.IsInterface || type.IsArray => null,
        _ => RuntimeHelpers.GetUninitializedObject(type),
    };

    [GeneratedRegex(@"`(?:sudo )?berth ([^\s`]+)")]
    private static partial Regex BerthCommand();

    [GeneratedRegex(@"\.(ErrorLine|Line|Warn)\([^;\n]*\.Remedy\}")]
    private static partial Regex PrintedRemedy();

    [GeneratedRegex("`[^`]*`")]
    private static partial Regex Quoted();

    [GeneratedRegex("[a-z][a-z-]*:[a-z][a-z-]*")]
    private static partial Regex ColonWord();
}
