using Berth.Acme.Issuing;
using Berth.Acme.Protocol;
using Berth.Kernel;

namespace Berth.Acme;

public static partial class AcmeProblems
{
    /// <summary>
    /// Every name's failure in one problem: its code when all agree, <see cref="ValidationRefused"/> otherwise.
    /// </summary>
    internal static ProblemException ValidationFailed(string host, IReadOnlyList<NameFailure> failures)
    {
        // One thing that is missing for all of them, such as a record that a name and its wildcard share, is told once.
        if (failures[0].Local is { } one && failures.All(failure => failure.Local?.Problem.Found == one.Problem.Found))
        {
            return WithFailedNames(one, [.. failures.Select(failure => failure.ToPublic())]);
        }

        var first = failures[0];
        var codes = failures.Select(CodeOf).Distinct().ToList();
        var found = failures.Count == 1
            ? $"{Printable.Of(host)} could not validate {first.Name}: {first.Words}"
            : $"{Printable.Of(host)} could not validate {NamesOf([.. failures.Select(failure => failure.Name)])}. Of {first.Name}: {first.Words}";
        var problem = new Problem(codes.Count == 1 ? codes[0] : ValidationRefused, found, RemedyOf(first))
        {
            Details = failures.Count == 1 ? [.. DetailsOf(first.Document)] : [.. failures.SelectMany(LinesOf)],
        };
        return WithFailedNames(problem.AsException(first.Local), [.. failures.Select(failure => failure.ToPublic())]);
    }

    private static IEnumerable<string> LinesOf(NameFailure failure) =>
        DetailsOf(failure.Document).Prepend($"{failure.Name}: {failure.Words}");

    internal static ProblemCode CodeOf(NameFailure failure) => failure switch
    {
        { Local: { } local } => local.Problem.Code,
        { Document.Type: AcmeError.Unauthorized } => ValidationAnswer,
        _ => CaErrors.Find(failure.Document?.Type)?.Code ?? ValidationRefused,
    };

    private static string RemedyOf(NameFailure failure)
    {
        if (failure.Local is { } local)
        {
            return local.Problem.Remedy;
        }

        var code = CodeOf(failure);
        if (code == ValidationDns && failure.Document?.Detail?.Contains("CAA", StringComparison.Ordinal) == true)
        {
            return $"The name servers of {failure.Name} and of the domains above it must answer questions for CAA records, if only that there are none: check them, and DNSSEC; then run the command again.";
        }

        return code == ValidationDns || code == ValidationConnection || code == ValidationAnswer || code == ValidationTls
            ? RemedyByChallenge(code, failure)
            : CaErrors.Find(failure.Document?.Type)?.Remedy ?? RemedyByChallenge(code, failure);
    }

    private static string RemedyByChallenge(ProblemCode code, NameFailure failure)
    {
        var name = failure.Name.StartsWith("*.", StringComparison.Ordinal) ? failure.Name[2..] : failure.Name;
        return failure.ChallengeType switch
        {
            ChallengeType.Dns01 =>
                $"The TXT record _acme-challenge.{name} must be visible on every name server of the domain; "
                + "then run the command again.",
            ChallengeType.DnsAccount01 =>
                $"The TXT record below _acme-challenge.{name} must be visible on every name server of the domain; "
                + "then run the command again.",
            ChallengeType.DnsPersist01 =>
                $"The TXT record {PersistentRecord.Label}.{name} must name this account and be visible on every name server of the "
                + "domain; then run the command again.",
            ChallengeType.TlsAlpn01 when code == ValidationDns =>
                $"Point {name} at this server with an A or AAAA record; once it is visible, run the command again.",
            ChallengeType.TlsAlpn01 =>
                $"{name} must be reachable from the internet on port 443, and point at this server alone; "
                + "then run the command again.",
            _ when code == ValidationDns =>
                $"Point {name} at this server with an A or AAAA record; once it is visible, "
                + $"http://{name}{KeyAuthorization.Http01Path} must be reachable on port 80. Then run the command again.",
            _ =>
                $"http://{name}{KeyAuthorization.Http01Path} must be reachable from the internet on port 80 and be answered "
                + "by this server: check the A and AAAA records, the firewall and port forwarding; then run the command again.",
        };
    }
}
