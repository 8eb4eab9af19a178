using System.Text.Json;
using Berth.Kernel;
using Berth.Platform.Certs;
using Berth.Platform.LetsEncrypt;
using Berth.Platform.LetsEncrypt.Lineages;

namespace Berth.Platform.Tests.LetsEncrypt.Lineages;

/// <summary>Nothing in a certificate's state is believed that no attempt can have left there.</summary>
public sealed class Reading_what_a_hand_has_written
{
    private static readonly DateTimeOffset Now = new(2026, 11, 26, 12, 0, 0, TimeSpan.Zero);
    private static readonly LineageWants Wants = new([DomainName.Parse("shop.example.com")], null);

    /// <summary>As a file tells them: every time in it either end of the calendar, and the wants those that take each into account.</summary>
    [Theory]
    [InlineData("9999-12-31T23:59:59.9999999Z")]
    [InlineData("0001-01-01T00:00:00Z")]
    [InlineData("9999-12-31T23:59:59+14:00")]
    [InlineData("0001-01-01T14:00:00-14:00")]
    public void comes_within_the_longest_wait_whatever_times_a_hand_has_written(string time)
    {
        var text = """
            {"lastAttempt":"T","lastSuccess":"T","successBefore":"T","askAdviceAt":"T","gates":[{"kind":"Backoff","until":"T","reason":"r"}],
             "failing":[{"name":"shop.example.com","code":"c","words":"w","failures":1,"retryAt":"T"}],
             "lastFailure":{"code":"c","found":"f","remedy":"r","at":"T"},"refusal":{"why":{"code":"c","found":"f","remedy":"r","at":"T"},"settings":0},
             "advice":{"serial":"0A0B","askAgainAt":"T","plan":{"windowStart":"T","windowEnd":"T","renewAt":"T","askAgainAt":"T"}}}
            """.Replace("\"T\"", $"\"{time}\"", StringComparison.Ordinal);
        var state = JsonSerializer.Deserialize(text, LineageJson.Default.LineageState)!;
        var facts = new CertificateFacts
        {
            Names = ["shop.example.com"],
            Issuer = "CN=Some Authority",
            Subject = "",
            NotBefore = Now.AddDays(-70),
            NotAfter = Now.AddDays(20),
            Serial = "0A0B",
            SelfIssued = false,
        };
        foreach (var wants in new[] { Wants, Wants with { WhyNot = LetsEncryptProblems.NoEmail(AppName.Parse("shop")) }, Wants with { MendedAt = Now }, Wants with { ByDefault = true } })
        {
            foreach (var stored in new LineageStored[] { new(state, facts, false), new(state with { Advice = null }, facts, false), new(state, null, false), new(state, facts, true) })
            {
                var step = LineagePlan.Next(wants, stored, Now).OfCertificate;
                Assert.True(step.At is null || step.At <= facts.NotAfter, step.ToString());
                Assert.False(LineagePlan.IsEarly(stored, step with { At = Now }, Now));
            }
        }
    }
}
