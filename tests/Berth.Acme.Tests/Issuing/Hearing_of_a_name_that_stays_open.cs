using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Berth.Acme.Tests.Issuing;

/// <summary>Some servers look once, tell what they have seen, and leave the name open for another try: nothing else will come.</summary>
public sealed class Hearing_of_a_name_that_stays_open : AtScriptedAuthority
{
    [Theory]
    [InlineData("pending")]
    [InlineData("processing")]
    public async Task tells_what_the_server_has_seen(string status)
    {
        Leave(status, "/challenge/1");

        var failure = await Guest.FailAsync();

        Assert.Equal(AcmeProblems.ValidationConnection, failure.Problem.Code);
        Assert.Contains("nobody answered", failure.Problem.Found, StringComparison.Ordinal);
        Assert.Equal([("app.example", "http-01")], AcmeProblems.FailedNamesOf(failure).Select(name => (name.Name, name.ChallengeType)));
        Assert.Null(Guest.Journal.Current);
        Assert.True(Guest.History.HasFailed("app.example", "http-01"));
    }

    [Fact]
    public async Task waits_on_where_it_is_another_challenge_that_has_failed()
    {
        Leave("pending", "/challenge/9");

        Assert.Equal(AcmeProblems.ValidationTimeout, (await Guest.FailAsync()).Problem.Code);
    }

    private void Leave(string status, string path)
    {
        Guest.Options = Guest.Options with { ValidationTimeout = TimeSpan.FromMilliseconds(400) };
        Authority.Scripts["/challenge/1"] = context => ScriptedAuthority.WriteAsync(context, 200, Authority.Challenge("http-01"));
        Authority.Scripts["/authz/1"] = context => ScriptedAuthority.WriteAsync(context, 200, Authority.Authorization([.. Seen(context)]));

        IEnumerable<JsonNode> Seen(HttpContext context)
        {
            if (path != "/challenge/1")
            {
                yield return Authority.Challenge("http-01");
            }

            var failed = Authority.Challenge(path == "/challenge/1" ? "http-01" : "tls-alpn-01");
            (failed["status"], failed["url"]) = (Authority.Requests.Any(seen => seen.Path == "/challenge/1") ? status : "pending", $"{Authority.Url}{path}");
            failed["error"] = new JsonObject { ["type"] = "urn:ietf:params:acme:error:connection", ["detail"] = "nobody answered" };
            yield return failed;
        }
    }
}
