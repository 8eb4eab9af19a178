using Berth.Acme.Issuing;
using Berth.TestKit;

namespace Berth.Acme.Tests.Issuing;

/// <summary>Against Pebble 2.10: renewal information and profiles from someone else's software.</summary>
public sealed class Renewing_at_a_newer_authority(NewerPebbleFixture newer)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task follows_its_advice_and_names_the_certificate_replaced()
    {
        NewerPebble.Require();
        using var customer = new Customer(newer.Pebble, newer.Challenges);
        var name = Customer.UniqueName();
        var first = await customer.IssueAsync(Customer.For(name));
        using var client = customer.CreateClient();

        var advice = (await client.GetRenewalAdviceAsync(first.FullChainPem, Cancel))!;
        var renewed = RenewedCertificate.Of(first)!;
        var second = await customer.IssueAsync(Customer.For(name, Customer.UniqueName()) with { Renews = renewed });

        Assert.InRange(advice.Start, first.NotBefore, first.NotAfter);
        Assert.Equal(advice.CertificateId, renewed.CertificateId);
        Assert.NotEqual(first.LeafPem, second.LeafPem);
        Assert.DoesNotContain(customer.Steps, step => step.Kind == IssuanceStepKind.ReplacesLeftOut);
    }

    [Fact]
    public async Task orders_without_it_when_it_was_replaced_before()
    {
        NewerPebble.Require();
        using var customer = new Customer(newer.Pebble, newer.Challenges);
        var name = Customer.UniqueName();
        var renewed = RenewedCertificate.Of(await customer.IssueAsync(Customer.For(name)))!;
        await customer.IssueAsync(Customer.For(name) with { Renews = renewed });

        await customer.IssueAsync(Customer.For(name) with { Renews = renewed });

        Assert.Contains(customer.Steps, step => step.Kind == IssuanceStepKind.ReplacesLeftOut);
    }

    [Fact]
    public async Task gets_the_profile_asked_for()
    {
        NewerPebble.Require();
        using var customer = new Customer(newer.Pebble, newer.Challenges);

        var issued = await customer.IssueAsync(Customer.For(Customer.UniqueName()) with { Profile = "shortlived" });

        Assert.Equal("shortlived", issued.Profile);
        Assert.Equal(160, (int)Math.Round((issued.NotAfter - issued.NotBefore).TotalHours));
    }
}
