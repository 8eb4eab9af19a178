using Berth.Acme.Accounts;
using Berth.Kernel;
using Berth.TestKit;

namespace Berth.Acme.Tests;

public sealed class Binding_an_external_account(PebbleFixture shared)
{
    private const string HmacKey = "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task lets_the_account_in_and_its_absence_or_falsehood_is_named()
    {
        await using var pebble = await PebbleServer.StartAsync(
            new PebbleSettings
            {
                HttpPort = shared.Challenges.Port,
                BindingKeys = new Dictionary<string, string> { ["customer-7"] = HmacKey },
            },
            Cancel);

        Assert.NotNull(await RegisterAsync(pebble, new ExternalAccountBinding("customer-7", HmacKey)));
        Assert.Equal(AcmeProblems.BindingRequired, await RefusalAsync(pebble, null));
        Assert.Equal(AcmeProblems.BindingInvalid, await RefusalAsync(pebble, new ExternalAccountBinding("customer-8", HmacKey)));
        Assert.Equal(AcmeProblems.BindingInvalid, await RefusalAsync(pebble, new ExternalAccountBinding("customer-7", "not base64")));
    }

    /// <summary>What one server gave out is none of another's business.</summary>
    [Fact]
    public async Task goes_to_no_server_that_does_not_require_one_where_that_is_asked()
    {
        var binding = new ExternalAccountBinding("customer-7", "not base64");

        Assert.NotNull(await RegisterAsync(shared.Pebble, binding with { OnlyWhereRequired = true }));
        Assert.Equal(AcmeProblems.BindingInvalid, await RefusalAsync(shared.Pebble, binding));
    }

    [Fact]
    public void keeps_its_key_out_of_text() =>
        Assert.DoesNotContain(HmacKey, new ExternalAccountBinding("customer-7", HmacKey).ToString(), StringComparison.Ordinal);

    private async Task<string> RegisterAsync(PebbleServer pebble, ExternalAccountBinding? binding)
    {
        using var customer = new Customer(pebble, shared.Challenges, options => options with { ExternalAccountBinding = binding });
        using var client = customer.CreateClient();
        return await client.EnsureAccountAsync(Cancel);
    }

    private async Task<ProblemCode> RefusalAsync(PebbleServer pebble, ExternalAccountBinding? binding) =>
        (await Assert.ThrowsAsync<ProblemException>(() => RegisterAsync(pebble, binding))).Problem.Code;
}
