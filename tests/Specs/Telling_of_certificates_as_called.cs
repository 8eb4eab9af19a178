using System.Text.Json;
using System.Text.Json.Nodes;
using Berth.TestKit;

namespace Berth.Specs;

/// <summary>What is kept of a certificate, told to somebody who calls the program by Dokku's name.</summary>
public sealed class Telling_of_certificates_as_called
{
    private const string Failed = """
        {"lastFailure":{"code":"acme-validation-dns","found":"No.","remedy":"Mend it.","at":"2026-01-01T00:00:00Z"},
         "gates":[{"kind":"Paused","until":"2026-01-02T00:00:00Z","reason":"Paused.","page":"https://ca.example/unpause"}]}
        """;

    private const string Event = """
        {"event":"failed","app":"hello","at":"2026-01-01T00:00:00Z","code":"acme-validation-dns","found":"See `berth letsencrypt:status hello`.","remedy":"`berth letsencrypt:enable hello` tries again."}
        """;

    [Fact]
    public async Task names_the_program_so_and_no_page_of_what_is_over()
    {
        await using var berth = await BerthServer.StartAsync();
        using var scratch = new ScratchFolder();
        File.CreateSymbolicLink(scratch["dokku"], BerthProgram.Path);
        await berth.OkAsync("letsencrypt:set", "--global", "server", "berth");
        await berth.OkAsync("apps:create", "hello");
        await berth.OkAsync("domains:set", "hello", "hello.localhost");
        await WriteAsync($"{berth.Home}/hello/letsencrypt", "state.json", Failed);
        await WriteAsync($"{berth.Lib}/data/letsencrypt/--global", "events.jsonl", Event);

        async Task<string> AskAsync(params string[] words) => (await ExternalProgram.RunAsync(scratch["dokku"], words, berth.Environment)).Output;

        Assert.Contains("`dokku letsencrypt:status hello`", await AskAsync("letsencrypt:events", "hello"), StringComparison.Ordinal);
        Assert.Equal("`dokku letsencrypt:enable hello` tries again.", (string?)JsonNode.Parse(await AskAsync("letsencrypt:events", "hello", "--format", "json"))!["remedy"]);
        using var check = JsonDocument.Parse(await AskAsync("letsencrypt:check", "hello", "--format", "json"));
        Assert.Contains(check.RootElement.GetProperty("findings").EnumerateArray(), finding => finding.GetProperty("remedy").GetString()!.Contains("`dokku letsencrypt:set hello email", StringComparison.Ordinal));
        await berth.OkAsync("letsencrypt:set", "--global", "email", "you@example.com");
        Assert.Contains("`dokku letsencrypt:enable hello`", await AskAsync("letsencrypt:report", "hello", "--letsencrypt-waiting-for"), StringComparison.Ordinal);
        Assert.Equal("", (await AskAsync("letsencrypt:status", "hello", "--letsencrypt-page")).Trim());
    }

    private static async Task WriteAsync(string folder, string name, string text)
    {
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync($"{folder}/{name}", text.Trim() + "\n");
    }
}
