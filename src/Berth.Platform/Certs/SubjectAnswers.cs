using System.Security.Cryptography.X509Certificates;
using Berth.Kernel;

namespace Berth.Platform.Certs;

/// <summary>Who a generated certificate is for: the answers to the questions that <c>openssl req</c> asks, in its order.</summary>
public sealed record SubjectAnswers
{
    private const int Longest = 64; // RFC 5280 Appendix A: the upper bounds of names

    private const string CountryType = "2.5.4.6";
    private const string EmailType = "1.2.840.113549.1.9.1";

    /// <summary>The questions, with the type each answer has in a name; null for what no certificate carries.</summary>
    public static IReadOnlyList<(string Question, string? Type)> Questions { get; } =
    [
        ("Country Name (2 letter code)", CountryType),
        ("State or Province Name (full name)", "2.5.4.8"),
        ("Locality Name (eg, city)", "2.5.4.7"),
        ("Organization Name (eg, company)", "2.5.4.10"),
        ("Organizational Unit Name (eg, section)", "2.5.4.11"),
        ("Common Name (e.g. server FQDN or YOUR name)", CommonName),
        ("Email Address", EmailType),
        ("A challenge password", null),
        ("An optional company name", null),
    ];

    /// <summary>The type of the host's name.</summary>
    public const string CommonName = "2.5.4.3";

    /// <summary>What was answered, by type; blank answers are left out.</summary>
    public required IReadOnlyDictionary<string, string> Values { get; init; }

    /// <summary>Checks one answer.</summary>
    /// <param name="type">What it is for.</param>
    /// <param name="answer">As typed, trimmed; a dot means blank.</param>
    /// <returns>What is wrong, as the end of a sentence; null when it is fine.</returns>
    public static string? Fault(string type, string answer) => answer switch
    {
        "" or "." => null,
        { Length: > Longest } => $"it is longer than {Longest} characters",
        _ when answer.Any(char.IsControl) => "it holds characters that no name may have",
        _ when type == CountryType && !(answer.Length == 2 && answer.All(char.IsAsciiLetter)) => "a country is two letters",
        _ when type == EmailType && !(answer.All(char.IsAscii) && EmailAddress.TryParse(answer, out _)) => "it is no e-mail address",
        _ => null,
    };

    public X500DistinguishedName AsName()
    {
        var name = new X500DistinguishedNameBuilder();
        // The builder puts what is added first last.
        foreach (var (_, type) in Questions.Reverse())
        {
            if (type is null || !Values.TryGetValue(type, out var value))
            {
                continue;
            }

            if (type == CountryType)
            {
                name.AddCountryOrRegion(value.ToUpperInvariant());
            }
            else if (type == EmailType)
            {
                name.AddEmailAddress(value);
            }
            else
            {
                name.Add(type, value);
            }
        }

        return name.Build();
    }
}
