using Berth.Kernel;

namespace Berth.Acme.Dns;

/// <summary>
/// Changes TXT records at one DNS provider. Several values may stand at one name (an apex and its wildcard): each is added and
/// removed by itself, and values of others stay. Changes at the same name come one after the other.
/// </summary>
public interface IDnsProvider
{
    /// <summary>lego's code for it, such as <c>cloudflare</c>.</summary>
    string Code { get; }

    /// <summary>How long its changes usually take to be seen.</summary>
    DnsPatience Patience { get; }

    /// <summary>False for one that finds the zone itself; then no DNS is asked for it. Default: true.</summary>
    bool NeedsZone => true;

    /// <summary>Adds the value; one that is there already MUST count as done.</summary>
    /// <exception cref="ProblemException">See <see cref="DnsProblems"/>; never holds a credential.</exception>
    ValueTask AddAsync(DnsChange change, CancellationToken cancel);

    /// <summary>Removes the value; one that is gone already MUST count as done.</summary>
    /// <exception cref="ProblemException">See <see cref="DnsProblems"/>; never holds a credential.</exception>
    ValueTask RemoveAsync(DnsChange change, CancellationToken cancel);

    /// <summary>What a change must not meet another of: that of its name, unless the provider can do less at a time.</summary>
    internal string TurnOf(DnsChange change) => change.Name;

    /// <summary>Who changes the records, as it is told while a change is waited for.</summary>
    internal string Spoken => Code;

    /// <summary>What is told where a change does not end.</summary>
    internal Problem TooSlow(string limit) => DnsProblems.Unreachable(Code, $"it took longer than {limit}");
}
