using System.Collections.Immutable;
using Berth.Kernel;
using Berth.Platform.Processes;
using Berth.Platform.Processes.Supervision;
using CsCheck;

namespace Berth.Platform.Tests.Processes;

public sealed class Telling_configurations_apart
{
    private static readonly ProcessPlan Plan = new()
    {
        App = AppName.Parse("hello"),
        ReleaseId = "r1",
        Artifact = "/srv/hello",
        Processes = Procfile.Parse("web: ./server\nworker: ./work", "Procfile"),
        Environment = ImmutableDictionary<string, string>.Empty.Add("A", "1").Add("B", "2"),
    };

    private static string Digest(ProcessPlan plan) => PlanDigest.Of(plan, ProcessType.Web, "daemon");

    [Fact]
    public void by_everything_an_instance_is_started_with()
    {
        ProcessPlan[] others =
        [
            Plan with { ReleaseId = "r2" },
            Plan with { Artifact = "/srv/other" },
            Plan with { Processes = Procfile.Parse("web: ./server -v\nworker: ./work", "Procfile") },
            Plan with { User = new RunAs(1, 2) },
            Plan with { Environment = Plan.Environment.SetItem("A", "2") },
            Plan with { Environment = Plan.Environment.Remove("B") },
            Plan with { Environment = ImmutableDictionary<string, string>.Empty.Add("A", "1B2") },
        ];
        Assert.Equal(others.Length + 1, others.Append(Plan).Select(Digest).Distinct().Count());
        Assert.NotEqual(Digest(Plan), PlanDigest.Of(Plan, ProcessType.Web, "another daemon"));
    }

    [Fact]
    public void by_nothing_that_concerns_others()
    {
        Assert.Equal(Digest(Plan), Digest(Plan with { Processes = Procfile.Parse("web: ./server\nworker: ./other", "Procfile") }));
        Assert.Equal(Digest(Plan), Digest(Plan with { Formation = Plan.Formation.Add(ProcessType.Web, 5), StopTimeout = TimeSpan.Zero }));
    }

    [Fact]
    public void whatever_the_order_of_the_variables() => Gen.Dictionary(Gen.String[Gen.Char.AlphaNumeric, 1, 5], Gen.String)[0, 8].Sample(variables =>
        Assert.Equal(
            Digest(Plan with { Environment = variables.ToImmutableDictionary() }),
            Digest(Plan with { Environment = variables.Reverse().ToImmutableDictionary() })));
}
