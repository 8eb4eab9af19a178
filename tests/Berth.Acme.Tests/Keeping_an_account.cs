using Berth.Acme.Accounts;
using Berth.Kernel;
using Berth.TestKit;

namespace Berth.Acme.Tests;

public sealed class Keeping_an_account(PebbleFixture pebble) : IDisposable
{
    private readonly Customer _customer = new(pebble.Pebble, pebble.Challenges);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _customer.Dispose();

    [Fact]
    public async Task registers_once_for_many_certificates_and_processes()
    {
        await _customer.IssueAsync(Customer.For(Customer.UniqueName()));
        await _customer.IssueAsync(Customer.For(Customer.UniqueName()));

        Assert.Single(_customer.Wire.AccountUrls);
        Assert.Equal(2, _customer.Accounts.Saves);
    }

    [Fact]
    public async Task registers_once_when_many_ask_at_the_same_time()
    {
        using var client = _customer.CreateClient();

        var urls = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => client.EnsureAccountAsync(Cancel)));

        Assert.Single(urls.Distinct());
        Assert.Equal(2, _customer.Accounts.Saves);
    }

    [Fact]
    public async Task registers_again_when_the_server_has_forgotten_it()
    {
        await using var young = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = pebble.Challenges.Port }, Cancel);
        using var customer = new Customer(young, pebble.Challenges);
        using (var client = customer.CreateClient())
        {
            await client.EnsureAccountAsync(Cancel);
        }

        var identity = new AccountIdentity(young.DirectoryUrl.OriginalString, "admin@example.com");
        var stored = (await customer.Accounts.LoadAsync(identity, Cancel))!;
        using var another = Protocol.JwsSigningKey.Generate();
        await customer.Accounts.SaveAsync(identity, stored with { KeyPem = another.ExportPem(), Url = stored.Url + "9" }, Cancel);

        var issued = await customer.IssueAsync(Customer.For(Customer.UniqueName()));

        Assert.Equal((await customer.Accounts.LoadAsync(identity, Cancel))!.Url, issued.AccountUrl);
        Assert.NotEqual(stored.Url, issued.AccountUrl);
    }

    [Fact]
    public async Task does_not_register_again_when_it_is_pinned()
    {
        using var customer = new Customer(pebble.Pebble, pebble.Challenges, options => options with { AccountIsPinned = true });
        var identity = new AccountIdentity(pebble.Pebble.DirectoryUrl.OriginalString, "admin@example.com");
        using var key = Protocol.JwsSigningKey.Generate();
        var nobody = new Uri(pebble.Pebble.DirectoryUrl, "my-account/nobody").OriginalString;
        await customer.Accounts.SaveAsync(identity, new StoredAccount { KeyPem = key.ExportPem(), Url = nobody }, Cancel);

        var problem = (await Assert.ThrowsAsync<ProblemException>(
            () => customer.IssueAsync(Customer.For(Customer.UniqueName())))).Problem;

        Assert.Equal(AcmeProblems.AccountUnknown, problem.Code);
        Assert.Empty(customer.Wire.AccountUrls);
    }

    [Fact]
    public async Task refuses_a_stored_key_that_cannot_be_read()
    {
        var identity = new AccountIdentity(pebble.Pebble.DirectoryUrl.OriginalString, "admin@example.com");
        await _customer.Accounts.SaveAsync(identity, new StoredAccount { KeyPem = "-----BEGIN NOTHING-----" }, Cancel);
        using var client = _customer.CreateClient();

        var problem = (await Assert.ThrowsAsync<ProblemException>(() => client.EnsureAccountAsync(Cancel))).Problem;

        Assert.Equal(AcmeProblems.AccountKeyInvalid, problem.Code);
    }
}
