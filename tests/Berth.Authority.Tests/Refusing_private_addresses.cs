using System.Net;
using Berth.Authority.Validation;

namespace Berth.Authority.Tests;

public sealed class Refusing_private_addresses : WithAuthority
{
    [Theory]
    [InlineData("10.1.2.3", true)]
    [InlineData("::ffff:10.1.2.3", true)]
    [InlineData("192.0.2.9", true)]
    [InlineData("fe80::9", true)]
    [InlineData("10.2.0.1", false)]
    [InlineData("127.0.0.1", false)]
    [InlineData("fe80:1::9", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("fd00:ec2::254", false)]
    public void lets_in_the_networks_that_are_named_but_never_a_clouds_metadata(string address, bool isUsable) => Assert.Equal(
        isUsable,
        new AddressPolicy(
            allowPrivate: false,
            [.. new[] { "10.1.0.0/16", "192.0.2.0/24", "fe80::/64", "169.254.0.0/16", "fd00:ec2::/32" }.Select(IPNetwork.Parse)])
            .WhyNot(IPAddress.Parse(address)) is null);

    private protected override AuthorityOptions Change(AuthorityOptions options) => options with { AllowPrivateAddresses = false };

    [Fact]
    public async Task keeps_a_public_authority_out_of_its_own_network()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        var (url, order) = await client.OrderAsync("a.localhost");

        var outcome = await client.ProveAsync(url, order, Host);

        Assert.Equal("invalid", outcome.Status);
        Assert.Contains("loopback", outcome.Error!.Detail, StringComparison.Ordinal);
        Assert.Equal(0, Host.Requests);
    }

    [Theory]
    [InlineData("127.0.0.1", true, false)]
    [InlineData("10.1.2.3", true, false)]
    [InlineData("172.31.255.255", true, false)]
    [InlineData("172.32.0.1", true, true)]
    [InlineData("192.168.0.1", true, false)]
    [InlineData("::1", true, false)]
    [InlineData("fd00::1", true, false)]
    [InlineData("169.254.169.254", false, false)]
    [InlineData("0.0.0.0", false, false)]
    [InlineData("255.255.255.255", false, false)]
    [InlineData("224.0.0.1", false, false)]
    [InlineData("::", false, false)]
    [InlineData("fe80::1%2", false, false)]
    [InlineData("ff02::1", false, false)]
    [InlineData("::ffff:10.0.0.1", true, false)]
    [InlineData("::ffff:169.254.169.254", false, false)]
    [InlineData("64:ff9b::a9fe:a9fe", false, false)]
    [InlineData("2002:7f00:1::", false, false)]
    [InlineData("2001:0:7f00:1::", false, false)]
    [InlineData("169.254.170.2", false, false)]
    [InlineData("100.100.100.200", false, false)]
    [InlineData("fd00:ec2::254", false, false)]
    [InlineData("168.63.129.16", false, false)]
    [InlineData("192.0.0.192", false, false)]
    [InlineData("100.64.0.1", true, false)]
    [InlineData("192.0.2.1", false, false)]
    [InlineData("192.31.196.1", false, false)]
    [InlineData("192.88.99.1", false, false)]
    [InlineData("192.175.48.1", false, false)]
    [InlineData("198.18.0.1", false, false)]
    [InlineData("203.0.113.1", false, false)]
    [InlineData("::ffff:127.0.0.1", true, false)]
    [InlineData("::127.0.0.1", false, false)]
    [InlineData("64:ff9b:1::a00:1", false, false)]
    [InlineData("100::1", false, false)]
    [InlineData("2001:db8::1", false, false)]
    [InlineData("2620:4f:8000::1", false, false)]
    [InlineData("3fff::1", false, false)]
    [InlineData("5f00::1", false, false)]
    [InlineData("fec0::1", false, false)]
    [InlineData("4000::1", false, false)]
    [InlineData("8.8.8.8", true, true)]
    [InlineData("2606:4700::1111", true, true)]
    public void sorts_addresses(string address, bool inPrivate, bool inPublic)
    {
        Assert.Equal(inPrivate, new AddressPolicy(allowPrivate: true, []).WhyNot(IPAddress.Parse(address)) is null);
        Assert.Equal(inPublic, new AddressPolicy(allowPrivate: false, []).WhyNot(IPAddress.Parse(address)) is null);
    }
}
