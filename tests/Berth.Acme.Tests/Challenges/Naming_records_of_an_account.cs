using System.Text.Json;
using Berth.Acme.Protocol;

namespace Berth.Acme.Tests.Challenges;

public sealed class Naming_records_of_an_account
{
    // draft-ietf-acme-dns-persist-02 §10.2: the key is the one of RFC 7638 §3.1.
    private const string Thumbprint = "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs";
    private const string AccountUrl = "https://ca.example/acct/123";
    private const string Prefix = "https://ca.example/account-hash/";

    [Fact]
    public void labels_an_account_as_the_draft_does() =>
        Assert.Equal("_ujmmovf2vn55tgye", AccountLabel.Of("https://example.com/acme/acct/ExampleAccount"));

    [Fact]
    public void hashes_an_account_as_the_draft_does() => Assert.Equal(
        Prefix + "sha-256/5SQm7n6tPh2-PlLbCKGnViTXX5z19SCN4cPGQHSk-kw",
        PersistentRecord.HashedAccount(Prefix, "example.com", Thumbprint, AccountUrl));

    [Fact]
    public void writes_policy_and_end_after_the_account() => Assert.Equal(
        "ca.example; accounturi=https://ca.example/acct/1; policy=wildcard; persistUntil=1767959300",
        new PersistentRecord
        {
            Issuer = "ca.example",
            AccountUri = "https://ca.example/acct/1",
            CoversWildcard = true,
            Until = DateTimeOffset.FromUnixTimeSeconds(1767959300),
        }.ToString());

    [Fact]
    public void answers_the_current_draft_with_the_hash() => Assert.Equal(
        "ca.example; accounturi=" + PersistentRecord.HashedAccount(Prefix, "example.com", Thumbprint, AccountUrl),
        RecordFor("""{"issuerDomainNames":["ca.example"]}""", """{"accountHashPrefix":"https://ca.example/account-hash/"}"""));

    [Fact]
    public void answers_the_first_drafts_with_the_accounts_url() => Assert.Equal(
        "ca.example; accounturi=" + AccountUrl, RecordFor("""{"issuer-domain-names":["ca.example","other.example"]}""", "{}"));

    [Theory]
    [InlineData("""{"issuerDomainNames":["ca.example"]}""", "{}")]
    [InlineData("""{"issuerDomainNames":["ca.example"]}""", """{"accountHashPrefix":"https://ca.example/; policy=wildcard; x="}""")]
    [InlineData("""{"issuer-domain-names":[]}""", "{}")]
    [InlineData("""{}""", "{}")]
    [InlineData("""{"issuer-domain-names":["CA.example"]}""", "{}")]
    [InlineData("""{"issuer-domain-names":["ca.example."]}""", "{}")]
    [InlineData("""{"issuer-domain-names":["ca.example; policy=wildcard"]}""", "{}")]
    [InlineData("""{"issuer-domain-names":["a.b","a.b","a.b","a.b","a.b","a.b","a.b","a.b","a.b","a.b","a.b"]}""", "{}")]
    [InlineData("""{"issuer-domain-names":["ca.example"]}""", """{"caaIdentities":["other.example"]}""")]
    [InlineData("""{"issuer-domain-names":["ca.example"]}""", """{"issuerDomainNames":["missing.example"]}""")]
    public void refuses_a_malformed_offer(string challenge, string meta) => Assert.Null(RecordFor(challenge, meta));

    [Fact]
    public void compares_caa_identities_in_their_normal_form() => Assert.NotNull(RecordFor(
        """{"issuer-domain-names":["ca.example"]}""", """{"caaIdentities":["CA.example."]}"""));

    private static string? RecordFor(string challenge, string meta)
    {
        var whole = challenge.Replace("{", """{"type":"dns-persist-01","url":"u","status":"pending",""", StringComparison.Ordinal).Replace(",}", "}", StringComparison.Ordinal);
        return PersistentRecord.Of(
            JsonSerializer.Deserialize(whole, AcmeJson.Default.Challenge)!,
            JsonSerializer.Deserialize("""{"newNonce":"","newAccount":"","newOrder":"","meta":""" + meta + "}", AcmeJson.Default.AcmeDirectory)!.Meta,
            "example.com",
            coversWildcard: false,
            Thumbprint,
            AccountUrl)?.ToString();
    }
}
