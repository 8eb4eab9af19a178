using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Berth.Acme.Issuing;
using Berth.Kernel;

namespace Berth.Acme.Tests.Issuing;

public sealed class Ordering_a_certificate : AtScriptedAuthority
{
    [Fact]
    public async Task sends_a_profile_the_authority_lists()
    {
        Authority.Profiles = new JsonObject { ["shortlived"] = "six days" };

        var issued = await Guest.IssueAsync(Request with { Profile = "shortlived" });

        Assert.Equal("shortlived", (string?)Orders.Single()!["profile"]);
        Assert.Equal("shortlived", issued.Profile);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task never_sends_a_profile_that_is_not_listed(bool listsOthers)
    {
        Authority.Profiles = listsOthers ? new JsonObject { ["classic"] = "" } : null;

        var issued = await Guest.IssueAsync(Request with { Profile = "shortlived", ProfileIsRequired = false });

        Assert.Null(Orders.Single()!["profile"]);
        Assert.Null(issued.Profile);
        Assert.Contains(Guest.Steps, step => step is { Kind: IssuanceStepKind.ProfileLeftOut, Detail: "shortlived" });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task does_not_order_without_the_profile_that_is_required(bool listsOthers)
    {
        Authority.Profiles = listsOthers ? new JsonObject { ["classic"] = "" } : null;

        var problem = (await Guest.FailAsync(Request with { Profile = "shortlived" })).Problem;

        Assert.Equal(AcmeProblems.ProfileUnknown, problem.Code);
        Assert.Equal(listsOthers, problem.Remedy.Contains("classic", StringComparison.Ordinal));
        Assert.Empty(Orders);
    }

    [Fact]
    public async Task goes_without_a_preferred_profile_that_is_refused_after_all()
    {
        Authority.Profiles = new JsonObject { ["shortlived"] = "" };
        Authority.Scripts["/order"] = context => Authority.Requests.Last().Payload!["profile"] is null
            ? Authority.BehaveAsync(context, "/order", null)
            : ScriptedAuthority.RefuseAsync(context, 403, "invalidProfile", "not for you");

        await Guest.IssueAsync(Request with { Profile = "shortlived", ProfileIsRequired = false });

        Assert.Equal(["shortlived", null], Orders.Select(order => (string?)order!["profile"]));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, false)]
    [InlineData(4, false)]
    public async Task names_the_certificate_it_replaces_only_where_that_is_right(int fault, bool named)
    {
        Authority.RenewalInfo = fault != 4;
        var renewed = new RenewedCertificate
        {
            CertificateId = "aki.serial",
            DirectoryUrl = Guest.Options.DirectoryUrl.OriginalString + (fault == 1 ? "2" : ""),
            AccountUrl = $"{Authority.Url}/account/{(fault == 2 ? 2 : 1)}",
            Names = fault == 3 ? ["other.example"] : ["other.example", "app.example"],
        };

        await Guest.IssueAsync(Request with { Renews = renewed });

        Assert.Equal(named ? "aki.serial" : null, (string?)Orders.Single()!["replaces"]);
    }

    [Theory]
    [InlineData(409, "alreadyReplaced")]
    [InlineData(400, "malformed")]
    [InlineData(404, "malformed")]
    [InlineData(403, "unauthorized")]
    public async Task orders_once_more_without_it_where_that_may_be_what_the_authority_dislikes(int status, string type)
    {
        Authority.Scripts["/order"] = context => Authority.Requests.Last().Payload!["replaces"] is null
            ? Authority.BehaveAsync(context, "/order", null)
            : ScriptedAuthority.RefuseAsync(context, status, type, "no");

        await Guest.IssueAsync(Request with { Replaces = "aki.serial" });

        Assert.Equal(["aki.serial", null], Orders.Select(order => (string?)order!["replaces"]));
        Assert.Contains(Guest.Steps, step => step.Kind == IssuanceStepKind.ReplacesLeftOut);
    }

    [Theory]
    [InlineData(500, "serverInternal")]
    [InlineData(400, "rejectedIdentifier")]
    public async Task does_not_order_once_more_where_the_authority_means_something_else(int status, string type)
    {
        Authority.Scripts["/order"] = context => ScriptedAuthority.RefuseAsync(context, status, type, "no");

        await Guest.FailAsync(Request with { Replaces = "aki.serial" });

        Assert.Single(Orders);
    }

    [Fact]
    public async Task does_not_order_once_more_where_it_is_asked_to_wait()
    {
        Authority.Scripts["/order"] = context =>
        {
            context.Response.Headers.RetryAfter = "3600";
            return ScriptedAuthority.RefuseAsync(context, 429, "rateLimited", "too many new orders (300) from this account");
        };

        await Guest.FailAsync(Request with { Replaces = "aki.serial" });

        Assert.Single(Orders);
    }

    [Fact]
    public async Task sends_the_signing_request_only_once_the_order_is_ready()
    {
        var looks = 0;
        Authority.Scripts["/order/1"] = context =>
        {
            var order = Authority.Order();
            order["status"] = ++looks < 4 ? "pending" : Authority.OrderStatus;
            return ScriptedAuthority.WriteAsync(context, 200, order);
        };

        await Guest.IssueAsync(Request);

        var paths = Authority.Requests.Select(seen => seen.Path).ToList();
        Assert.Equal(4, paths.Take(paths.IndexOf("/finalize/1")).Count(path => path == "/order/1"));
    }

    [Fact]
    public async Task asks_for_names_alone_and_neither_a_common_name_nor_purposes_nor_stapling()
    {
        await Guest.IssueAsync(Request);

        var csr = (string)Authority.Requests.Single(seen => seen.Path == "/finalize/1").Payload!["csr"]!;
        var request = CertificateRequest.LoadSigningRequest(
            System.Buffers.Text.Base64Url.DecodeFromChars(csr), HashAlgorithmName.SHA256, CertificateRequestLoadOptions.UnsafeLoadCertificateExtensions);
        Assert.Equal("", request.SubjectName.Name);
        Assert.Equal(["2.5.29.17"], request.CertificateExtensions.Select(extension => extension.Oid!.Value));
    }

    [Fact]
    public async Task writes_addresses_as_addresses()
    {
        await Guest.IssueAsync(Request with { Addresses = [IPAddress.Parse("192.0.2.1"), IPAddress.Parse("2001:DB8:0:0::1")] });

        Assert.Equal(
            ["ip 192.0.2.1", "ip 2001:db8::1", "dns app.example"],
            Orders.Single()!["identifiers"]!.AsArray().Select(identifier => $"{identifier!["type"]} {identifier["value"]}"));
    }

    [Theory]
    [InlineData("EC")]
    [InlineData("RSA")]
    public async Task uses_a_key_again_when_told_to(string kind)
    {
        using AsymmetricAlgorithm key = kind == "EC" ? ECDsa.Create(ECCurve.NamedCurves.nistP384) : RSA.Create(2048);

        var issued = await Guest.IssueAsync(Request with { PrivateKeyPem = key.ExportPkcs8PrivateKeyPem() });

        using var leaf = X509Certificate2.CreateFromPem(issued.LeafPem);
        Assert.Equal(key.ExportSubjectPublicKeyInfo(), leaf.PublicKey.ExportSubjectPublicKeyInfo());
    }

    [Fact]
    public async Task refuses_a_key_to_use_again_that_is_none()
    {
        var failure = await Guest.FailAsync(Request with { PrivateKeyPem = "-----BEGIN NOTHING-----" });

        Assert.Equal(AcmeProblems.ReusedKeyInvalid, failure.Problem.Code);
        Assert.Empty(Orders);
    }

    [Fact]
    public async Task takes_the_shortest_chain_when_told_to()
    {
        Authority.Scripts["/cert/1"] = async context =>
        {
            context.Response.ContentType = "application/pem-certificate-chain";
            context.Response.Headers.Link = """</cert/2>;rel="alternate" """;
            await Microsoft.AspNetCore.Http.HttpResponseWritingExtensions.WriteAsync(context.Response, Authority.Chain!);
        };
        Authority.Scripts["/cert/2"] = async context =>
        {
            context.Response.ContentType = "application/pem-certificate-chain";
            var leaf = Authority.Chain![..(Authority.Chain!.IndexOf("-----END CERTIFICATE-----", StringComparison.Ordinal) + 26)];
            await Microsoft.AspNetCore.Http.HttpResponseWritingExtensions.WriteAsync(context.Response, leaf);
        };

        var issued = await Guest.IssueAsync(Request with { PreferShortChain = true });

        Assert.Equal("", issued.ChainPem);
    }

    private static IssuanceRequest Request => new() { Names = [DomainName.Parse("app.example")] };

    private IEnumerable<JsonNode?> Orders => Authority.Requests.Where(seen => seen.Path == "/order").Select(seen => seen.Payload);
}
