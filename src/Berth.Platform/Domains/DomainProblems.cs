using Berth.Kernel;

namespace Berth.Platform.Domains;

/// <summary>What can be wrong with domains.</summary>
public static class DomainProblems
{
    public static readonly ProblemCode VhostLineInvalid = new("vhost-line-invalid") { IsOfSettings = true };
    public static readonly ProblemCode DomainRefused = new("domain-refused", Contract: true);
    public static readonly ProblemCode DomainTaken = new("domain-taken");
    public static readonly ProblemCode DomainMissing = new("domain-missing", Contract: true);

    internal static Problem InvalidLine(string path, VhostLine line) => new(
        VhostLineInvalid,
        $"{path} line {line.Number}: '{Printable.Of(line.Text)}' is not a domain name: {line.Fault}.",
        $"Correct or delete line {line.Number} of {path}; the other lines stay in service.");

    internal static Problem Refused(string text, string reason) => new(
        DomainRefused, $"{Printable.Of(text)} is invalid. exiting...", $"Write the bare host name: {reason}.");

    internal static Problem Taken(string domain, AppName holder) => new(
        DomainTaken,
        $"{domain} belongs to the app {holder} already.",
        $"Remove it there first: `berth domains:remove {holder} {domain}`.");

    /// <param name="words">The command as typed, with its app.</param>
    internal static Problem Missing(string words) => new(
        DomainMissing, $"Please specify a domain name. Usage: {words} <domain> [<domain> ...]", "Put one or more domains behind it.");
}
