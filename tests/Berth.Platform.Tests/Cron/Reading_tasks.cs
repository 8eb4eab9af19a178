using System.Numerics;
using System.Text;
using Berth.Kernel;
using Berth.Platform.Cron;
using CsCheck;

namespace Berth.Platform.Tests.Cron;

public sealed class Reading_tasks
{
    private static readonly AppName App = AppName.Parse("app");

    [Fact]
    public void takes_command_schedule_policy_and_maintenance()
    {
        var tasks = Parse("""
            { "name": "x", "cron": [
              { "command": "a", "schedule": "@daily" },
              { "command": "b; rm -rf $(id)", "schedule": "* * * * *", "concurrency_policy": "forbid", "maintenance": true } ] }
            """);

        Assert.Equal(["a", "b; rm -rf $(id)"], tasks.Select(task => task.Command));
        Assert.Equal(["allow", "forbid"], tasks.Select(task => task.ConcurrencyPolicy));
        Assert.Equal([false, true], tasks.Select(task => task.InMaintenance));
    }

    [Fact]
    public void leaves_out_what_is_half_an_entry_and_says_so()
    {
        List<string> said = [];
        var tasks = CronTaskReader.Parse(App, """{"cron":[{"schedule":"@daily"},{"command":"a"},{"command":"b","schedule":"@daily"}]}""", said.Add);
        Assert.Equal("b", Assert.Single(tasks).Command);
        Assert.Equal(["Missing cron task command for app app (index 0)", "Missing cron schedule for app app (index 1)"], said);
    }

    [Theory]
    [InlineData("")]
    [InlineData("  \n")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("""{"cron":null}""")]
    [InlineData("""{"cron":[]}""")]
    public void finds_none_where_none_are(string text) => Assert.Empty(Parse(text));

    [Theory]
    [InlineData("{", "Unable to fetch app.json for app app: ")]
    [InlineData("""{"cron":{}}""", "Unable to fetch app.json for app app: cron is not a list")]
    [InlineData("""{"cron":[1]}""", "Unable to fetch app.json for app app: an entry of cron is not an object")]
    [InlineData("""{"cron":[{"command":1,"schedule":"@daily"}]}""", "Unable to fetch app.json for app app: command of a cron entry is not text")]
    [InlineData("""{"cron":[{"command":"a","schedule":"* * *"}]}""", "Invalid cron schedule for app app (schedule * * *): expected exactly 5 fields, found 3: [* * *]")]
    [InlineData("""{"cron":[{"command":"a","schedule":"@daily","concurrency_policy":"x"}]}""", "Invalid cron concurrency policy for app app (schedule @daily): x")]
    public void refuses_what_is_not_valid(string text, string expected) =>
        Assert.StartsWith(expected, Assert.Throws<ProblemException>(() => Parse(text)).Problem.Found, StringComparison.Ordinal);

    [Fact]
    public void refuses_a_bomb_of_brackets_and_a_list_without_end()
    {
        Assert.Throws<ProblemException>(() => Parse($"{{\"cron\":{new string('[', 100_000)}"));
        Assert.Throws<ProblemException>(() => Parse($"{{\"cron\":[{string.Join(',', Enumerable.Repeat("""{"command":"a","schedule":"@daily"}""", 201))}]}}"));
    }

    [Fact]
    public void refuses_or_reads_whatever_it_is_given() => Gen.String[Gen.Char["{}[]\":,cron 01\\u"], 0, 60].Sample(text =>
    {
        try
        {
            _ = Parse(text);
        }
        catch (ProblemException e)
        {
            Assert.Same(CronProblems.AppJsonInvalid, e.Problem.Code);
        }
    });

    [Fact]
    public void makes_ids_of_which_no_two_are_alike() => Gen.Byte.Array[0, 40].Sample(bytes =>
    {
        var id = CronTask.Base36(bytes);
        var number = id.Aggregate(BigInteger.Zero, (sum, c) => (sum * 36) + (char.IsAsciiDigit(c) ? c - '0' : c - 'a' + 10));
        byte[] back = [.. Enumerable.Repeat((byte)0, id.TakeWhile(c => c == '0').Count()), .. number.IsZero ? [] : number.ToByteArray(isUnsigned: true, isBigEndian: true)];
        Assert.Equal(bytes, back);
    });

    // python3 -c "n=int.from_bytes(b'app===node index.js===@daily','big'); ..." to the base 36
    [Fact]
    public void names_a_task_as_the_contract_does() =>
        Assert.Equal("18b6k58rjtfo1fok1n0tuhypvbdfi929ngg3e3dy01a1", CronTask.IdOf(App, "node index.js", "@daily"));

    [Fact]
    public void names_tasks_by_their_bytes() =>
        Assert.Equal(CronTask.Base36(Encoding.UTF8.GetBytes("app===ü===@daily")), CronTask.IdOf(App, "ü", "@daily"));

    private static IReadOnlyList<CronTask> Parse(string text) => CronTaskReader.Parse(App, text, static _ => { });
}
