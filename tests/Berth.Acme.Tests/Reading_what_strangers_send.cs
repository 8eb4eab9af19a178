using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Berth.Acme.Issuing;
using Berth.Acme.Protocol;
using CsCheck;

namespace Berth.Acme.Tests;

public sealed class Reading_what_strangers_send
{
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 8, 0, 0, TimeSpan.Zero);

    private static readonly string[] Snippets =
    [
        "{", "}", "[", "]", "null", "\"status\":", "\"pending\"", "\"identifiers\":", "\"authorizations\":", "\"finalize\":", "\"x\"",
        "\"subproblems\":", "\"detail\":", "\"expires\":", "\"2026-01-01T00:00:00Z\"", ",", "1", "-1e999", "\"stage\":", "\"Ordered\"",
    ];

    [Fact]
    public void base64url_has_one_spelling_for_the_same_bytes() => Gen.String.Sample(text =>
    {
        if (StrictBase64Url.TryDecode(text, out var bytes))
        {
            Assert.Equal(text, StrictBase64Url.Encode(bytes));
        }
    });

    [Fact]
    public void base64url_survives_a_round_trip() => Gen.Byte.Array[0, 100].Sample(bytes =>
    {
        Assert.True(StrictBase64Url.TryDecode(StrictBase64Url.Encode(bytes), out var again));
        Assert.Equal(bytes, again);
    });

    [Theory]
    [InlineData("AA==")]
    [InlineData("AB")]
    [InlineData("AAB")]
    [InlineData("A")]
    [InlineData("AA A")]
    [InlineData("AA+/")]
    [InlineData("AAAA\n")]
    [InlineData(null)]
    public void base64url_refuses_padding_stray_bits_and_other_alphabets(string? text) =>
        Assert.False(StrictBase64Url.TryDecode(text, out _));

    [Fact]
    public void a_link_header_gives_each_relation_with_its_target()
    {
        var links = LinkHeader.Parse(
        [
            """<https://ca.example/dir>;rel="index", <https://ca.example/a,b/1>; title="a, b; rel=x"; rel="alternate up" """,
            "<next?cursor=2>;REL=next;rel=ignored",
            "nonsense",
        ]);

        Assert.Equal(
            [
                new WebLink("https://ca.example/dir", "index"), new WebLink("https://ca.example/a,b/1", "alternate"),
                new WebLink("https://ca.example/a,b/1", "up"), new WebLink("next?cursor=2", "next"),
            ],
            links);
    }

    [Fact]
    public void a_link_header_never_throws_and_is_bounded() =>
        Gen.OneOf(Gen.String, Gen.OneOf("<", ">", ",", ";", "\"", "\\", "rel=", "x", "<a>;rel=b,").Array[0, 300].Select(string.Concat))
            .Sample(text => Assert.InRange(LinkHeader.Parse([text, text]).Count, 0, 64));

    [Theory]
    [InlineData("120", 120)]
    [InlineData("0", 0)]
    [InlineData("  7 ", 7)]
    [InlineData("Mon, 23 Nov 2026 08:02:00 GMT", 120)]
    [InlineData("Monday, 23-Nov-26 08:02:00 GMT", 120)]
    [InlineData("Mon Nov 23 08:02:00 2026", 120)]
    [InlineData("Mon, 23 Nov 2026 07:00:00 GMT", 0)]
    [InlineData("99999999999999999999", 365 * 86400)]
    public void retry_after_is_seconds_or_a_date(string value, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), RetryAfter.Parse(value, Now));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("-5")]
    [InlineData("1.5")]
    [InlineData("soon")]
    [InlineData("２")]
    public void retry_after_that_is_neither_is_nothing(string? value) => Assert.Null(RetryAfter.Parse(value, Now));

    [Fact]
    public void retry_after_never_throws_and_stays_in_its_bounds() => Gen.OneOf(Gen.String, Gen.Long.Select(n => $"{n}")).Sample(text =>
        Assert.True(RetryAfter.Parse(text, Now) is not { } wait || (wait >= TimeSpan.Zero && wait <= RetryAfter.Longest)));

    [Fact]
    public void json_is_a_record_or_a_JsonException() => Json.Sample(text =>
    {
        foreach (var type in new[] { typeof(Order), typeof(Authorization), typeof(ProblemDocument), typeof(JwsMessage), typeof(AcmeDirectory) })
        {
            try
            {
                JsonSerializer.Deserialize(text, type, AcmeJson.Default);
            }
            catch (JsonException)
            {
                // What else a stranger may send.
            }
        }
    });

    [Fact]
    public void a_damaged_journal_is_no_order_and_no_exception() =>
        Json.Sample(text =>
        {
            Assert.Equal(PendingOrder.TryParseJson(Encoding.UTF8.GetBytes(text), out var order), order is not null);
        });

    [Fact]
    public void members_nobody_knows_are_passed_over_and_absent_ones_are_not_written()
    {
        var order = JsonSerializer.Deserialize(
            """
            {"status":"ready","expires":"2026-11-30T08:00:00.123456789+01:00","identifiers":[{"type":"dns","value":"a.example"}],
            "authorizations":[],"finalize":"f","novelty":{"a":[1,2]}}
            """,
            AcmeJson.Default.Order)!;

        Assert.Equal(
            """
            {"status":"ready","expires":"2026-11-30T07:00:00Z","identifiers":[{"type":"dns","value":"a.example"}],"authorizations":[],"finalize":"f"}
            """,
            JsonSerializer.Serialize(order, AcmeJson.Default.Order));
    }

    [Theory]
    [InlineData(new byte[] { 0x00, 0x87, 0x65, 0x43, 0x21 }, "aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE")]
    [InlineData(new byte[] { 0x07, 0x65 }, "aYhba4dGQEHhs3uEe6CuLN4ByNQ.B2U")]
    public void a_certificate_is_named_as_in_RFC_9773_section_4_1(byte[] serial, string expected)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=x", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromSubjectKeyIdentifier(
            Convert.FromHexString("69885B6B87464041E1B37B847BA0AE2CDE01C8D4")));
        using var certificate = request.Create(
            new X500DistinguishedName("CN=y"), X509SignatureGenerator.CreateForECDsa(key), Now, Now.AddDays(1), serial);

        Assert.Equal(expected, RenewalCertificateId.Of(certificate));
    }

    private static Gen<string> Json => Gen.OneOf(
        Gen.String, Gen.OneOf(Snippets).Array[0, 25].Select(string.Concat), Gen.OneOf(Snippets).Array[0, 25].Select(Wrapped));

    private static string Wrapped(string[] parts) => "{" + string.Concat(parts) + "}";
}
