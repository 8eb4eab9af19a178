using Berth.Kernel;
using Berth.Platform.Processes;
using CsCheck;

namespace Berth.Platform.Tests.Processes;

public sealed class Reading_an_app_json
{
    [Fact]
    public void takes_quantities_and_the_webs_first_check_for_a_start()
    {
        var manifest = AppManifest.Parse("""
            {
              "name": "shop", "scripts": { "dokku": { "predeploy": "x" } },
              "formation": { "web": { "quantity": 2 }, "worker": { "quantity": 0 }, "clock": { "max_parallel": 1 } },
              "healthchecks": { "web": [
                { "type": "liveness", "path": "/live" },
                { "type": "startup", "name": "web", "path": "/healthz", "attempts": 5, "timeout": 7, "wait": 1, "uptime": 9 } ] }
            }
            """);

        Assert.Equal(["web=2", "worker=0"], manifest.Formation.Select(pair => $"{pair.Key}={pair.Value}"));
        Assert.Equal(new AppHealthCheck { Path = "/healthz", Attempts = 5, Timeout = 7, Wait = 1, Uptime = 9 }, manifest.WebCheck);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"formation":[],"healthchecks":{"web":{}}}""")]
    [InlineData("""{"formation":{"web":{}},"healthchecks":{"worker":[{"type":"startup"}]}}""")]
    [InlineData("""{"healthchecks":{"web":[{"type":"readiness","path":"/x"}]}}""")]
    public void says_nothing_where_the_file_says_nothing(string text)
    {
        var manifest = AppManifest.Parse(text);
        Assert.Empty(manifest.Formation);
        Assert.Null(manifest.WebCheck);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("""{"formation":{"web":{"quantity":-1}}}""")]
    [InlineData("""{"formation":{"web":{"quantity":"2"}}}""")]
    [InlineData("""{"formation":{"web":{"quantity":100000}}}""")]
    [InlineData("""{"healthchecks":{"web":[{"attempts":1.5}]}}""")]
    public void refuses_what_it_cannot_mean(string text) =>
        Assert.Equal(ProcessProblems.ManifestInvalid, Assert.Throws<ProblemException>(() => AppManifest.Parse(text)).Problem.Code);

    [Fact]
    public void never_fails_otherwise()
    {
        string[] pieces = ["{", "}", "[", "]", ":", ",", "\"formation\"", "\"web\"", "\"quantity\"", "\"healthchecks\"", "1", "null", "-1e99", "\"\\ud800\"", " "];
        Gen.Int[0, pieces.Length - 1].Select(piece => pieces[piece]).Array[0, 20].Select(string.Concat).Sample(text =>
        {
            try
            {
                AppManifest.Parse(text);
            }
            catch (ProblemException e)
            {
                Assert.Contains(e.Problem.Code, (ProblemCode[])[ProcessProblems.ManifestInvalid, ProcessProblems.TypeInvalid]);
            }
        });
    }
}
