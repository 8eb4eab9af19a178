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
        await client.EnsureAccountAsync(Cancel);
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
        await client.EnsureAccountAsync(Cancel);
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
        await client.EnsureAccountAsync(Cancel);

        var problem = (await Assert.ThrowsAsync<ProblemException>(() => client.ChangeAccountKeyAsync(KeyType.P256, Cancel))).Problem;

        Assert.Equal(AcmeProblems.AccountKeyTaken, problem.Code);
        Assert.Contains("https://ca.example/account/7", problem.Found, StringComparison.Ordinal);
        Authority.Scripts["/account"] = context => ScriptedAuthority.RefuseAsync(context, 400, "accountDoesNotExist", "no such key");
        Assert.Equal($"{Authority.Url}/account/1", await client.EnsureAccountAsync(Cancel));
        Assert.Null((await StoredAsync())!.NextKeyPem);
    }

    /// <summary>Otherwise an account whose key change was cut off there could not be used any more.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task that_wants_even_a_question_after_an_account_bound_to_a_customer_tells_by_the_key_which_counts(bool isNew)
    {
        Authority.Scripts["/key-change"] = context => ScriptedAuthority.RefuseAsync(context, 500, "serverInternal", "cut off");
        using (var before = Client())
        {
            await before.EnsureAccountAsync(Cancel);
            await Assert.ThrowsAsync<ProblemException>(() => before.ChangeAccountKeyAsync(KeyType.P256, Cancel));
        }

        var (old, next) = ((await StoredAsync())!.KeyPem, (await StoredAsync())!.NextKeyPem);
        Authority.Scripts["/account"] = context => ScriptedAuthority.RefuseAsync(context, 403, "externalAccountRequired", "who pays?");
        Authority.Scripts["/account/1"] = context => isNew
            ? ScriptedAuthority.WriteAsync(context, 200, new JsonObject { ["status"] = "valid" })
            : ScriptedAuthority.RefuseAsync(context, 401, "unauthorized", "signed by another key");

        using var client = Client();
        Assert.Equal($"{Authority.Url}/account/1", await client.EnsureAccountAsync(Cancel));

        Assert.Equal(isNew ? next : old, (await StoredAsync())!.KeyPem);
        Assert.Null((await StoredAsync())!.NextKeyPem);
    }

    [Fact]
    public async Task that_offers_no_change_of_a_key_is_named()
    {
        Authority.OffersKeyChange = false;
        using var client = Client();
        await client.EnsureAccountAsync(Cancel);

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
        Guest.Options = Guest.Options with { Registrations = new Counter(() => ++made) };
        await Guest.IssueAsync();
        await Guest.IssueAsync();
        Assert.Equal(1, made);

        Authority.Scripts["/order"] = context => made < 2
            ? ScriptedAuthority.RefuseAsync(context, 400, "accountDoesNotExist", "who?")
            : Authority.BehaveAsync(context, "/order", null);
        await Guest.IssueAsync();
        Assert.Equal(2, made);
    }

    /// <summary>The answer to the request that made it was lost.</summary>
    [Fact]
    public async Task that_has_an_account_already_made_it_for_us_and_forgot_none()
    {
        var made = 0;
        Guest.Options = Guest.Options with { Registrations = new Counter(() => ++made) };
        Authority.Scripts["/account"] = context =>
        {
            context.Response.Headers.Location = $"{Authority.Url}/account/1";
            return ScriptedAuthority.WriteAsync(context, 200, new JsonObject { ["status"] = "valid" });
        };
        await Guest.IssueAsync();
        Assert.Equal(1, made);

        var asked = 0;
        Authority.Scripts["/order"] = context => ++asked == 1
            ? ScriptedAuthority.RefuseAsync(context, 400, "accountDoesNotExist", "who?")
            : Authority.BehaveAsync(context, "/order", null);
        await Guest.IssueAsync();
        Assert.Equal((2, 1), (asked, made));
    }

    /// <summary>It has forgotten the account, and its limit leaves none to be made in its place: that is told, and the order is not sent again and again.</summary>
    [Fact]
    public async Task that_may_not_be_asked_for_an_account_again_has_forgotten_it()
    {
        var begun = 0;
        Guest.Options = Guest.Options with { Registrations = new Counter(() => { }, () => ++begun > 1) };
        Authority.Scripts["/order"] = context => ScriptedAuthority.RefuseAsync(context, 400, "accountDoesNotExist", "who?");

        Assert.Equal(AcmeProblems.AccountUnknown, (await Guest.FailAsync()).Problem.Code);

        Assert.Equal((1, 1), (Authority.Requests.Count(seen => seen.Path == "/account"), Authority.Requests.Count(seen => seen.Path == "/order")));
    }

    /// <summary>It was made all the same: asked after, it is found, and neither made nor counted again.</summary>
    [Fact]
    public async Task that_made_an_account_and_did_not_say_so_is_asked_for_it_before_another_is_made()
    {
        var made = 0;
        Guest.Options = Guest.Options with { Registrations = new Counter(() => ++made) };
        Authority.Scripts["/account"] = context => ScriptedAuthority.WriteAsync(context, 503, new JsonObject());
        await Guest.FailAsync();
        Assert.Equal(1, made);
        Authority.Scripts["/account"] = async context =>
        {
            Assert.True((bool?)Authority.Requests.Last().Payload!["onlyReturnExisting"]);
            context.Response.Headers.Location = $"{Authority.Url}/account/1";
            await ScriptedAuthority.WriteAsync(context, 200, new JsonObject { ["status"] = "valid" });
        };

        await Guest.IssueAsync();

        Assert.Equal(1, made);
    }

    /// <summary>It has said that there is none: nothing is looked for.</summary>
    [Fact]
    public async Task that_refused_to_make_an_account_is_asked_to_make_it_the_next_time()
    {
        var made = 0;
        Guest.Options = Guest.Options with { Registrations = new Counter(() => ++made) };
        Authority.Scripts["/account"] = context => ScriptedAuthority.RefuseAsync(context, 403, "unauthorized", "not now");
        await Guest.FailAsync();
        Authority.Scripts.Remove("/account", out _);

        await Guest.IssueAsync();

        Assert.Equal(1, made);
        Assert.All(Authority.Requests.Where(seen => seen.Path == "/account"), seen => Assert.Null(seen.Payload!["onlyReturnExisting"]));
    }

    /// <summary>Each would wait as long for nothing.</summary>
    [Fact]
    public async Task that_does_not_answer_is_asked_for_an_account_once_for_all_who_wait()
    {
        using var client = Client();
        var (asked, others) = (new TaskCompletionSource(), new TaskCompletionSource());
        Authority.Scripts["/account"] = async context =>
        {
            asked.TrySetResult();
            await others.Task;
            context.Abort();
        };
        var first = client.EnsureAccountAsync(Cancel);
        await asked.Task;
        var waiting = Enumerable.Range(0, 5).Select(_ => client.EnsureAccountAsync(Cancel)).ToArray();
        others.SetResult();

        foreach (var each in waiting.Prepend(first))
        {
            await Assert.ThrowsAsync<ProblemException>(() => each);
        }

        Assert.Equal(1, Authority.Requests.Count(seen => seen.Path == "/account"));
    }

    /// <summary>It has forgotten the account, and does not answer the one that would make it again.</summary>
    [Fact]
    public async Task that_could_not_make_an_account_again_is_asked_for_it_the_next_time()
    {
        using var client = Client();
        await Guest.IssueAsync(client);
        var asked = 0;
        Authority.Scripts["/order"] = context => asked < 2
            ? ScriptedAuthority.RefuseAsync(context, 400, "accountDoesNotExist", "who?")
            : Authority.BehaveAsync(context, "/order", null);
        Authority.Scripts["/account"] = context => ++asked < 2
            ? ScriptedAuthority.RefuseAsync(context, 403, "unauthorized", "not now")
            : Authority.BehaveAsync(context, "/account", null);

        Assert.Equal(AcmeProblems.Unauthorized, (await Assert.ThrowsAsync<ProblemException>(() => Guest.IssueAsync(client))).Problem.Code);
        await Guest.IssueAsync(client);
        Assert.Equal(2, asked);
    }

    /// <summary>Put aside by another command: nothing is registered only to be changed, or to be refused once more.</summary>
    [Fact]
    public async Task that_refuses_what_is_signed_for_an_account_put_aside_gets_no_other_registered()
    {
        using var client = Client();
        await client.EnsureAccountAsync(Cancel);
        Guest.Accounts.Clear();

        Assert.Equal(AcmeProblems.AccountMissing, (await Assert.ThrowsAsync<ProblemException>(() => client.ChangeAccountKeyAsync(KeyType.P256, Cancel))).Problem.Code);
        Authority.Scripts["/account/1"] = context => ScriptedAuthority.RefuseAsync(context, 403, "unauthorized", "it was ended");
        Assert.Equal(AcmeProblems.Unauthorized, (await Assert.ThrowsAsync<ProblemException>(() => client.GetAccountAsync(Cancel))).Problem.Code);
        Assert.Equal(1, Authority.Requests.Count(seen => seen.Path == "/account"));
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

    private sealed class Counter(Action made, Func<bool>? isHeld = null) : IRegistrations
    {
        public Task BeginAsync(CancellationToken cancel) =>
            isHeld?.Invoke() == true ? throw new Problem(new ProblemCode("not-now"), "Not now.", "Wait.").AsException() : Task.CompletedTask;

        public Task EndAsync(bool? isMade)
        {
            if (isMade != false)
            {
                made();
            }

            return Task.CompletedTask;
        }
    }
}
