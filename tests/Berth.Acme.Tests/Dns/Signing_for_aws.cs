using Berth.Acme.Dns;
using Berth.Acme.Dns.Providers;

namespace Berth.Acme.Tests.Dns;

/// <summary>Amazon's published examples of Signature Version 4 (the test suite's get-vanilla and get-vanilla-query-order-key).</summary>
public sealed class Signing_for_aws
{
    private static readonly AwsCredentials Credentials = new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", null);
    private static readonly DateTimeOffset Time = new(2015, 8, 30, 12, 36, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("https://example.amazonaws.com/", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")]
    [InlineData("https://example.amazonaws.com/?Param2=value2&Param1=value1", "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500")]
    public void gives_the_signature_of_the_example(string url, string signature)
    {
        var headers = AwsSignature.Sign(Credentials, "us-east-1", "service", new ProviderRequest(HttpMethod.Get, new Uri(url)), Time);

        Assert.Equal(
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=" + signature,
            headers.Single(header => header.Name == "Authorization").Value);
    }

    [Fact]
    public void covers_a_session_token()
    {
        var headers = AwsSignature.Sign(
            Credentials with { SessionToken = "token" }, "us-east-1", "route53", new ProviderRequest(HttpMethod.Get, new Uri("https://x.example/")), Time);

        Assert.Contains(("x-amz-security-token", "token"), headers);
        Assert.Contains("SignedHeaders=host;x-amz-date;x-amz-security-token", headers.Last().Value, StringComparison.Ordinal);
    }

    [Fact]
    public void reads_keys_from_a_shared_file_by_profile()
    {
        var settings = new DnsSettings("route53", new Dictionary<string, string>
        {
            ["AWS_SHARED_CREDENTIALS"] = "[default]\naws_access_key_id = A\naws_secret_access_key=S\n\n# x\n[other]\naws_access_key_id=B\naws_secret_access_key = secret=with=signs\n",
            ["AWS_PROFILE"] = "other",
        }, DnsRights.Own);

        Assert.Equal(new AwsCredentials("B", "secret=with=signs", null), AwsCredentials.Of(settings));
    }
}
