using Berth.Platform.Certs;
using CsCheck;

namespace Berth.Platform.Tests.Certs;

public sealed class Reading_a_subjects_answers
{
    private const string Country = "2.5.4.6";
    private const string Email = "1.2.840.113549.1.9.1";

    private static readonly string[] Types = [.. SubjectAnswers.Questions.Select(question => question.Type).OfType<string>()];

    [Theory]
    [InlineData(Country, "", true)]
    [InlineData(Country, ".", true)]
    [InlineData(Country, "SE", true)]
    [InlineData(Country, "Sweden", false)]
    [InlineData(Country, "S1", false)]
    [InlineData(SubjectAnswers.CommonName, "shop.example", true)]
    [InlineData(SubjectAnswers.CommonName, "a\u0007b", false)]
    [InlineData(Email, "me@example.com", true)]
    [InlineData(Email, "nobody", false)]
    public void takes_what_a_certificate_can_carry(string type, string answer, bool fine) =>
        Assert.Equal(fine, SubjectAnswers.Fault(type, answer) is null);

    [Fact]
    public void makes_a_name_of_whatever_was_accepted() => Gen.Select(
        Gen.Int[0, Types.Length - 1].Select(i => Types[i]), Gen.String[0, 70]).Sample((type, answer) =>
        {
            if (SubjectAnswers.Fault(type, answer) is null && answer is not ("" or "."))
            {
                Assert.NotEmpty(new SubjectAnswers { Values = new Dictionary<string, string> { [type] = answer } }.AsName().RawData);
            }
        });

    [Fact]
    public void keeps_the_order_of_the_questions()
    {
        var made = SelfSigned.Make(
            new SubjectAnswers
            {
                Values = new Dictionary<string, string> { [SubjectAnswers.CommonName] = "shop.example", [Country] = "se", ["2.5.4.10"] = "Shop" },
            },
            ["shop.example"],
            TestPair.Now);
        var facts = CertificateFacts.TryRead(made.Certificate)!;

        Assert.Equal("C=SE, O=Shop, CN=shop.example", facts.Subject);
        Assert.Equal(["shop.example"], facts.Names);
        Assert.Equal(TestPair.Now.AddDays(365), facts.NotAfter);
        Assert.False(CertificatePair.Read(made.Certificate, made.Key).WasReordered);
    }
}
