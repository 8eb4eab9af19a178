using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Berth.Acme.Issuing;
using Berth.Acme.Protocol;
using Berth.Acme.Transport;
using Berth.Kernel;

namespace Berth.Acme;

public static partial class AcmeProblems
{
    private const int MostWords = 600;
    private const int MostDetails = 200;

    /// <summary>A request the CA answered with an error.</summary>
    /// <param name="host">The CA.</param>
    /// <param name="refusal">What it answered.</param>
    /// <param name="doing">What was asked for, as in "refused …".</param>
    internal static ProblemException RefusedBy(string host, AcmeRefusalException refusal, string doing)
    {
        var document = refusal.Document;
        var entry = CaErrors.Find(document.Type) ?? ByStatus(refusal.Response);
        var gate = GateReading.Of(refusal);
        var found = $"{Printable.Of(host)} refused {doing}: {WordsOf(document)}";
        var problem = gate?.IsPause == true
            ? Paused(host, gate!)
            : new Problem(entry.Code, found, RemedyOf(entry, refusal, gate)) { Details = DetailsOf(document) };
        var failure = WithRetryAfter(problem.AsException(refusal), refusal.Response.RetryAfter);
        return WithFailedNames(WithGate(failure, gate), NamesAtFault(document, gate, problem.Code));
    }

    private static Problem Paused(string host, AuthorityGate gate) => new(
        NamePaused,
        gate.Subjects.Count == 0
            ? $"{Printable.Of(host)} takes no orders for some of these names until a person lifts the pause."
            : $"{Printable.Of(host)} takes no orders for {NamesOf(gate.Subjects)} until a person lifts the pause.",
        $"Mend what kept the name from being validated, then open {gate.Page} in a browser to lift the pause, then run the command again.")
    {
        Details = [gate.Words],
    };

    private static List<FailedName> NamesAtFault(ProblemDocument document, AuthorityGate? gate, ProblemCode code)
    {
        if (gate is { Scope: GateScope.Name })
        {
            return [.. gate.Subjects.Select(name => new FailedName(name, code.Id, gate.Words))];
        }

        var found = document.Subproblems?.Where(sub => sub.Identifier is not null) ?? [];
        if (code == IdentifierRejected && !found.Any())
        {
            return Quoted(document, code);
        }

        return
        [
            .. found.DistinctBy(sub => sub.Identifier!.Value).Take(MostDetails).Select(sub => new FailedName(
                sub.Identifier!.Value, (CaErrors.Find(sub.Type)?.Code ?? code).Id, WordsOf(sub))),
        ];
    }

    // Of one name Let's Encrypt says it in its words alone: Cannot issue for "example.com": ….
    private static List<FailedName> Quoted(ProblemDocument document, ProblemCode code) =>
        [.. InQuotes().Matches(document.Detail ?? "").Select(match => match.Groups[1].Value).Distinct().Take(MostDetails)
            .Where(text => text.Contains('.') && DomainName.TryParseHost(text, out _, out _)).Select(name => new FailedName(name, code.Id, WordsOf(document)))];

    [GeneratedRegex("\"([^\"]{1,253})\"")]
    private static partial Regex InQuotes();

    private static string NamesOf(IReadOnlyList<string> names) =>
        string.Join(", ", names.Take(3)) + (names.Count > 3 ? $" and {names.Count - 3} more" : "");

    /// <summary>The CA's own words, printable: its detail, or whatever it gave instead.</summary>
    internal static string WordsOf(ProblemDocument document)
    {
        var words = document.Detail ?? document.Title ?? document.Type;
        return string.IsNullOrWhiteSpace(words)
            ? $"HTTP status {document.Status} without a reason"
            : Printable.Of(words.Trim(), MostWords);
    }

    /// <summary>A line for each subproblem, nested ones too, that says more than the whole: <c>name: detail</c>.</summary>
    internal static ImmutableArray<string> DetailsOf(ProblemDocument? document) => document?.Subproblems is null ? [] :
    [
        .. Flatten(document.Subproblems).Where(sub => WordsOf(sub) != WordsOf(document)).Take(MostDetails)
            .Select(sub => sub.Identifier is { } about ? $"{Printable.Of(about.Value)}: {WordsOf(sub)}" : WordsOf(sub)),
    ];

    private static IEnumerable<ProblemDocument> Flatten(IReadOnlyList<ProblemDocument> documents) =>
        documents.SelectMany(document => Flatten(document.Subproblems ?? []).Prepend(document));

    private static string RemedyOf(CaError entry, AcmeRefusalException refusal, AuthorityGate? gate)
    {
        var remedy = entry.Remedy;
        if (entry.Code == RateLimited && gate?.Until is { } end)
        {
            // Read later too, when how long it was from the refusal on says nothing.
            remedy = string.Create(CultureInfo.InvariantCulture, $"Wait until {end.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC, then run the command again.");
        }

        if (entry.Code == TermsNotAgreed && refusal.Document.Instance is { } page && WebUrl.TryParse(page, out _))
        {
            remedy = $"Visit {Printable.Of(page)}, agree to the terms, then run the command again.";
        }

        if (entry.Code == KeyRefused && refusal.Document.Algorithms is { Count: > 0 } algorithms)
        {
            remedy += $" It takes {Printable.Of(string.Join(", ", algorithms))}.";
        }

        return refusal.Response.Links.FirstOrDefault(link => link.Relation is "help" or "terms-of-service") is { } help
            ? $"{remedy} See {Printable.Of(help.Target)}"
            : remedy;
    }

    private static CaError ByStatus(AcmeResponse response) => response.Status switch
    {
        429 => CaErrors.Find(AcmeError.RateLimited)!,
        >= 500 => CaErrors.Find(AcmeError.ServerInternal)!,
        >= 300 and < 400 => new CaError(
            ResponseInvalid, "Use the server's final directory URL: signed requests follow no redirects."),
        404 => new CaError(OtherRefusal, "Check that the server URL names an ACME directory."),
        _ => new CaError(OtherRefusal, "Read what the certificate authority says, then run the command again."),
    };
}
