using Berth.Acme.Accounts;
using Berth.Acme.Files;
using Berth.Acme.Protocol;
using Berth.Kernel;
using Berth.TestKit;

namespace Berth.Acme.Tests.Accounts;

public sealed class Changing_an_account(PebbleFixture pebble) : IDisposable
{
    private readonly Customer _customer = new(
        pebble.Pebble, pebble.Challenges, options => options with { Email = EmailAddress.Parse($"{Guid.NewGuid():N}@example.com") });

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _customer.Dispose();

    [Theory]
    [InlineData(KeyType.P256)]
    [InlineData(KeyType.P384)]
    [InlineData(KeyType.Rsa2048)]
    public async Task gives_it_a_new_key_under_the_same_url(KeyType type)
    {
        using var client = _customer.CreateClient();
        var url = await client.EnsureAccountAsync(Cancel);
        var old = (await StoredAsync()).KeyPem;

        await client.ChangeAccountKeyAsync(type, Cancel);

        Assert.NotEqual(old, (await StoredAsync()).KeyPem);
        Assert.Null((await StoredAsync()).NextKeyPem);
        Assert.Equal(AcmeStatus.Valid, (await client.GetAccountAsync(Cancel)).Status);
        Assert.Equal(url, (await _customer.IssueAsync(Customer.For(Customer.UniqueName()))).AccountUrl);
    }

    [Theory]
    [InlineData(AcmeFailPoints.AccountNextKeySaved)]
    [InlineData(AcmeFailPoints.AccountKeyChanged)]
    public async Task survives_an_end_in_the_middle(string point)
    {
        string url;
        using (var client = _customer.CreateClient(reached => { if (reached == point) { throw new InvalidOperationException(point); } }))
        {
            url = await client.EnsureAccountAsync(Cancel);
            await Assert.ThrowsAsync<InvalidOperationException>(() => client.ChangeAccountKeyAsync(KeyType.P256, Cancel));
            Assert.NotNull((await StoredAsync()).NextKeyPem);
            Assert.Equal(AcmeStatus.Valid, (await client.GetAccountAsync(Cancel)).Status);
        }

        using var next = _customer.CreateClient();
        Assert.Equal(AcmeStatus.Valid, (await next.GetAccountAsync(Cancel)).Status);
        Assert.Equal(url, (await StoredAsync()).Url);
        Assert.Null((await StoredAsync()).NextKeyPem);
        Assert.Single(_customer.Wire.AccountUrls.Distinct());
    }

    [Fact]
    public async Task lets_requests_that_are_under_way_finish_with_the_new_key()
    {
        using var client = _customer.CreateClient();
        await client.EnsureAccountAsync(Cancel);

        var reads = Enumerable.Range(0, 20).Select(_ => client.GetAccountAsync(Cancel)).ToList();
        await client.ChangeAccountKeyAsync(KeyType.P256, Cancel);

        Assert.All(await Task.WhenAll(reads), account => Assert.Equal(AcmeStatus.Valid, account.Status));
    }

    /// <summary>Two clients have the same account, kept under two e-mails: neither may write the other's new key over.</summary>
    [Fact]
    public async Task knows_of_a_key_that_another_client_has_changed()
    {
        using var scratch = new ScratchFolder();
        var accounts = new AccountFolder(scratch["accounts"]);
        var (email, another) = (EmailAddress.Parse($"{Guid.NewGuid():N}@example.com"), EmailAddress.Parse($"{Guid.NewGuid():N}@example.com"));
        using var client = _customer.CreateClient(accounts, email);
        var url = await client.EnsureAccountAsync(Cancel);
        await client.ChangeContactAsync(another, Cancel);
        using var other = _customer.CreateClient(accounts, another);
        await other.EnsureAccountAsync(Cancel);

        foreach (var each in new[] { other, client, other })
        {
            await each.ChangeAccountKeyAsync(KeyType.P256, Cancel);
        }

        Assert.Equal(AcmeStatus.Valid, (await client.GetAccountAsync(Cancel)).Status);
        var stored = await Task.WhenAll(new[] { email, another }.Select(each => accounts.LoadAsync(new AccountIdentity(pebble.Pebble.DirectoryUrl.OriginalString, each.Text), Cancel).AsTask()));
        Assert.Equal(url, stored[0]!.Url);
        Assert.Equal(stored[0], stored[1]);
    }

    [Fact]
    public async Task sets_its_contact_and_is_found_under_it()
    {
        using var client = _customer.CreateClient();
        var url = await client.EnsureAccountAsync(Cancel);
        var email = EmailAddress.Parse($"{Guid.NewGuid():N}@example.com");

        await client.ChangeContactAsync(email, Cancel);

        Assert.Equal(["mailto:" + email.Text], (await client.GetAccountAsync(Cancel)).Contact);
        Assert.Equal(url, (await StoredAsync(email.Text)).Url);
    }

    [Fact]
    public async Task ends_it_for_good_and_never_replaces_it_in_silence()
    {
        using (var client = _customer.CreateClient())
        {
            await client.EnsureAccountAsync(Cancel);
            await client.DeactivateAccountAsync(Cancel);
            await RefusedAsync(client);
        }

        using var next = _customer.CreateClient();
        await RefusedAsync(next);
        Assert.Single(_customer.Wire.AccountUrls.Distinct());
    }

    private static async Task RefusedAsync(AcmeClient client) => Assert.Equal(
        AcmeProblems.AccountDeactivated,
        (await Assert.ThrowsAsync<ProblemException>(() => client.EnsureAccountAsync(Cancel))).Problem.Code);

    private async Task<StoredAccount> StoredAsync(string? email = null) => (await _customer.Accounts.LoadAsync(
        new AccountIdentity(pebble.Pebble.DirectoryUrl.OriginalString, email ?? _customer.Email), Cancel))!;
}
