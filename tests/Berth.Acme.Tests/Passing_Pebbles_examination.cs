using System.Security.Cryptography.X509Certificates;
using Berth.Acme.Accounts;
using Berth.Acme.Issuing;
using Berth.Kernel;
using Berth.TestKit;

namespace Berth.Acme.Tests;

/// <summary>Pebble with all its knobs turned, the stable release's and the newer one.</summary>
public sealed class Passing_Pebbles_examination(PebbleFixture shared)
{
    private const string HmacKey = "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task succeeds_where_all_difficulties_come_together(bool newer)
    {
        await using var pebble = await StartAsync(newer, settings => settings with
        {
            NonceReject = 80,
            Strict = true,
            ChainLength = 3,
            AlternateRoots = 2,
            AuthorizationReuse = 50,
            SlowValidation = 2,
            RetryAfter = 1,
            BindingKeys = new Dictionary<string, string> { ["customer-7"] = HmacKey },
        });
        using var customer = new Customer(pebble, shared.Challenges, Bound);
        var top = await TopOfAsync(pebble, "roots/1");

        var issued = await customer.IssueAsync(Customer.For(Customer.UniqueName("a"), Customer.UniqueName("b"), Customer.UniqueName("c")) with { PreferredChain = top });

        var chain = new X509Certificate2Collection();
        chain.ImportFromPem(issued.FullChainPem);
        Assert.Equal(3, issued.Names.Count);
        Assert.Equal(4, chain.Count);
        Assert.Equal(top, chain[^1].GetNameInfo(X509NameType.SimpleName, forIssuer: true));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task fails_at_a_name_that_cannot_be_proved_and_succeeds_once_it_can(bool newer)
    {
        await using var pebble = await StartAsync(newer, settings => settings with { NonceReject = 80, Strict = true, SlowValidation = 1 });
        using var customer = new Customer(pebble, shared.Challenges, Patient);
        var name = Customer.UniqueName();
        await pebble.SetAddressAsync(name, "127.0.0.9");

        var failure = await Assert.ThrowsAsync<ProblemException>(() => customer.IssueAsync(Customer.For(name)));
        await pebble.SetAddressAsync(name, "127.0.0.1");
        var issued = await customer.IssueAsync(Customer.For(name));

        Assert.Equal([name], AcmeProblems.FailedNamesOf(failure).Select(failed => failed.Name));
        Assert.Equal([name], issued.Names);
        Assert.Equal(2, customer.Wire.OrderUrls.Count());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task needs_no_second_proof_where_authorizations_are_reused(bool newer)
    {
        await using var pebble = await StartAsync(newer, settings => settings with { AuthorizationReuse = 100 });
        using var customer = new Customer(pebble, shared.Challenges);
        var name = Customer.UniqueName();

        await customer.IssueAsync(Customer.For(name));
        await customer.IssueAsync(Customer.For(name));
        await customer.IssueAsync(Customer.For(name, Customer.UniqueName()));

        Assert.Equal(2, customer.Solver.Presented);
        Assert.Contains(customer.Steps, step => step.Kind == IssuanceStepKind.AlreadyAuthorized && step.Name == name);
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 1)]
    [InlineData(false, 8)]
    [InlineData(true, 8)]
    public async Task brings_a_chain_of_any_length_home(bool newer, int length)
    {
        await using var pebble = await StartAsync(newer, settings => settings with { ChainLength = length });
        using var customer = new Customer(pebble, shared.Challenges);

        var issued = await customer.IssueAsync(Customer.For(Customer.UniqueName()));

        Assert.Equal(length, issued.ChainPem.Split("BEGIN CERTIFICATE").Length - 1);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task waits_for_a_slow_validation_no_longer_than_allowed_and_goes_on_with_the_order(bool newer)
    {
        await using var pebble = await StartAsync(newer, settings => settings with { SlowValidation = 3 });
        using var customer = new Customer(pebble, shared.Challenges, options => options with { ValidationTimeout = TimeSpan.FromMilliseconds(10) });
        customer.Solver.LeavesAnswers = true;
        var request = Customer.For(Customer.UniqueName());
        IssuedCertificate? issued = null;

        await Eventually.TrueAsync(async () =>
        {
            try
            {
                issued = await customer.IssueAsync(request);
            }
            catch (ProblemException e) when (e.Problem.Code == AcmeProblems.ValidationTimeout)
            {
                // The scheduler's business; here it comes back at once.
            }

            return issued is not null;
        });

        Assert.Equal(issued!.OrderUrl, Assert.Single(customer.Wire.OrderUrls));
    }

    // Where four nonces in five are refused, 32 in a row are in one of a thousand requests.
    private static AcmeClientOptions Patient(AcmeClientOptions options) => options with { NonceAttempts = 100 };

    private static AcmeClientOptions Bound(AcmeClientOptions options) =>
        Patient(options) with { ExternalAccountBinding = new ExternalAccountBinding("customer-7", HmacKey) };

    private async Task<PebbleServer> StartAsync(bool newer, Func<PebbleSettings, PebbleSettings> turn)
    {
        var settings = new PebbleSettings { HttpPort = shared.Challenges.Port };
        if (newer)
        {
            NewerPebble.Require();
            settings = settings with
            {
                Program = NewerPebble.Path,
                Profiles = new Dictionary<string, TimeSpan> { ["default"] = TimeSpan.FromDays(90) },
            };
        }

        return await PebbleServer.StartAsync(turn(settings), Cancel);
    }

    private static async Task<string> TopOfAsync(PebbleServer pebble, string path)
    {
        using var http = pebble.CreateClient();
        using var root = X509Certificate2.CreateFromPem(await http.GetStringAsync(new Uri(pebble.ManagementUrl, path), Cancel));
        return root.GetNameInfo(X509NameType.SimpleName, forIssuer: false);
    }
}
