using System.Buffers.Text;
using System.Text.Json.Nodes;
using Berth.Acme.Accounts;
using Berth.Kernel;

namespace Berth.Acme.Tests.Accounts;

public sealed class Meeting_a_difficult_authority : AtScriptedAuthority
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task signs_the_change_of_a_key_with_both()
    {
        using var client = Client();
        await client.ChangeAccountKeyAsync(KeyType.P256, Cancel);

        var inner = Authority.Requests.Last(seen => seen.Path == "/key-change").Payload!;
        var header = JsonNode.Parse(Base64Url.DecodeFromChars((string)inner["protected"]!))!;
        var payload = JsonNode.Parse(Base64Url.DecodeFromChars((string)inner["payload"]!))!;
        Assert.Equal($"{Authority.Url}/key-change", (string?)header["url"]);
        Assert.NotNull(header["jwk"]);
        Assert.Null(header["nonce"]);
        Assert.Null(header["kid"]);
        Assert.Equal($"{Authority.Url}/account/1", (string?)payload["account"]);
        Assert.NotEqual((string?)header["jwk"]!["x"], (string?)payload["oldKey"]!["x"]);
    }

    [Fact]
    public async Task that_knows_a_new_key_before_its_answer_is_here_costs_no_request_under_way()
    {
        using var client = Client();
        var refused = new TaskCompletionSource();
        Task<Protocol.Account>? read = null;
        Authority.Scripts["/account/1"] = async context =>
        {
            await (refused.Task.IsCompleted
                ? ScriptedAuthority.WriteAsync(context, 200, new JsonObject { ["status"] = "valid" })
                : ScriptedAuthority.RefuseAsync(context, 400, "malformed", "signed by another key"));
            refused.TrySetResult();
        };
        Authority.Scripts["/key-change"] = async context =>
        {
            read = client.GetAccountAsync(Cancel);
            await refused.Task;
            await ScriptedAuthority.WriteAsync(context, 200, new JsonObject { ["status"] = "valid" });
        };

        await client.ChangeAccountKeyAsync(KeyType.P256, Cancel);

        Assert.Equal("valid", (await read!).Status);
    }

    [Fact]
    public async Task says_so_when_the_new_key_is_anothers_and_goes_on_with_the_old()
    {
        Authority.Scripts["/key-change"] = context =>
        {
            context.Response.Headers.Location = "https://ca.example/account/7";
            return ScriptedAuthority.RefuseAsync(context, 409, "malformed", "in use");
        };
        using var client = Client();

        var problem = (await Assert.ThrowsAsync<ProblemException>(() => client.ChangeAccountKeyAsync(KeyType.P256, Cancel))).Problem;

        Assert.Equal(AcmeProblems.AccountKeyTaken, problem.Code);
        Assert.Contains("https://ca.example/account/7", problem.Found, StringComparison.Ordinal);
        Authority.Scripts["/account"] = context => ScriptedAuthority.RefuseAsync(context, 400, "accountDoesNotExist", "no such key");
        Assert.Equal($"{Authority.Url}/account/1", await client.EnsureAccountAsync(Cancel));
        Assert.Null((await StoredAsync())!.NextKeyPem);
    }

    [Fact]
    public async Task that_offers_no_change_of_a_key_is_named()
    {
        Authority.OffersKeyChange = false;
        using var client = Client();

        Assert.Equal(
            AcmeProblems.KeyChangeUnsupported,
            (await Assert.ThrowsAsync<ProblemException>(() => client.ChangeAccountKeyAsync(KeyType.P256, Cancel))).Problem.Code);
    }

    [Fact]
    public async Task that_forgets_the_account_over_and_over_is_registered_with_once_more_and_not_again()
    {
        Authority.Scripts["/order"] = context => ScriptedAuthority.RefuseAsync(context, 400, "accountDoesNotExist", "who?");

        var problem = (await Guest.FailAsync()).Problem;

        Assert.Equal(AcmeProblems.AccountUnknown, problem.Code);
        Assert.Equal(2, Authority.Requests.Count(seen => seen.Path == "/account"));
    }

    [Fact]
    public async Task that_makes_an_account_says_so_and_again_where_it_has_forgotten_it()
    {
        var made = 0;
        Guest.Options = Guest.Options with { Registered = () => Task.FromResult(++made) };
        await Guest.IssueAsync();
        await Guest.IssueAsync();
        Assert.Equal(1, made);

        Authority.Scripts["/order"] = context => made < 2
            ? ScriptedAuthority.RefuseAsync(context, 400, "accountDoesNotExist", "who?")
            : Authority.BehaveAsync(context, "/order", null);
        await Guest.IssueAsync();
        Assert.Equal(2, made);
    }

    [Fact]
    public async Task that_finds_an_account_of_before_has_made_none()
    {
        var made = 0;
        Guest.Options = Guest.Options with { Registered = () => Task.FromResult(++made) };
        Authority.Scripts["/account"] = context =>
        {
            context.Response.Headers.Location = $"{Authority.Url}/account/1";
            return ScriptedAuthority.WriteAsync(context, 200, new JsonObject { ["status"] = "valid" });
        };

        await Guest.IssueAsync();

        Assert.Equal(0, made);
    }

    [Fact]
    public async Task that_forgets_an_account_bound_to_a_customer_is_not_registered_with_again()
    {
        Guest.Options = Guest.Options with { ExternalAccountBinding = new ExternalAccountBinding("k", "c2VjcmV0") };
        Authority.Scripts["/order"] = context => ScriptedAuthority.RefuseAsync(context, 400, "accountDoesNotExist", "who?");

        Assert.Equal(AcmeProblems.AccountUnknown, (await Guest.FailAsync()).Problem.Code);
        Assert.Equal(1, Authority.Requests.Count(seen => seen.Path == "/account"));
    }

    [Fact]
    public async Task tells_how_far_its_clock_is_from_ours()
    {
        using var client = Client();
        Assert.Null(client.ClockSkew);
        Authority.Scripts["/dir"] = context =>
        {
            context.Response.Headers.Date = (TimeProvider.System.GetUtcNow() + TimeSpan.FromHours(2)).ToString("r", null);
            return Authority.BehaveAsync(context, "/dir", null);
        };

        await client.GetDirectoryAsync(Cancel);

        Assert.InRange(client.ClockSkew!.Value, TimeSpan.FromMinutes(119), TimeSpan.FromMinutes(121));
    }

    private AcmeClient Client() => new(Guest.Options, Guest.Http, Guest.Accounts, TimeProvider.System);

    private ValueTask<StoredAccount?> StoredAsync() =>
        Guest.Accounts.LoadAsync(new AccountIdentity(Guest.Options.DirectoryUrl.OriginalString, null), Cancel);
}
