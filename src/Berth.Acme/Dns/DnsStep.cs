namespace Berth.Acme.Dns;

/// <summary>One step of answering in DNS, for people who watch.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Name">The record's name.</param>
/// <param name="Detail">See the kind; printable.</param>
public sealed record DnsStep(DnsStepKind Kind, string Name, string? Detail = null)
{
    internal string Words => Kind switch
    {
        DnsStepKind.Followed => $"{Name} leads to {Detail}",
        DnsStepKind.Adding => $"TXT {Name} is being added by {Detail}",
        DnsStepKind.Added => $"TXT {Name} was added",
        DnsStepKind.Looking => $"TXT {Name} is looked for at its name servers {Detail}",
        DnsStepKind.NotSeen => $"TXT {Name} was not to be seen ({Detail})",
        DnsStepKind.Removed => $"TXT {Name} was taken away",
        DnsStepKind.NotRemoved => $"TXT {Name} could not be taken away ({Detail})",
        _ => $"TXT {Name} is there",
    };
}
