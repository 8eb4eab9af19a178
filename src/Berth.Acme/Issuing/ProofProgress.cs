using Berth.Acme.Dns;

namespace Berth.Acme.Issuing;

/// <summary>Makes what one name's answer in DNS waits for a step of its order.</summary>
internal sealed class ProofProgress(string name, IProgress<IssuanceStep>? next) : IProgress<DnsStep>
{
    private string? _why;

    /// <summary>That the answer was not to be seen from here when the CA was asked to look; null where it was.</summary>
    internal string? Unseen { get; private set; }

    public void Report(DnsStep value)
    {
        switch (value.Kind)
        {
            case DnsStepKind.Adding:
                Tell(IssuanceStepKind.Presenting, $"TXT {value.Name} is being added by {value.Detail}");
                break;
            case DnsStepKind.Looking:
                Tell(IssuanceStepKind.Presenting, $"TXT {value.Name} is looked for at its name servers {value.Detail}");
                break;
            case DnsStepKind.NotShown:
                _why = value.Detail?.TrimEnd('.');
                Tell(IssuanceStepKind.Withdrawing, _why ?? "");
                break;
            case DnsStepKind.Removing:
                Tell(IssuanceStepKind.Withdrawing, $"{(_why is null ? "" : $"{_why}; ")}TXT {value.Name}, by {value.Detail}");
                break;
            case DnsStepKind.NotSeen:
                Unseen = $"TXT {value.Name} was not to be seen ({value.Detail})";
                break;
            case DnsStepKind.NotRemoved:
                Tell(IssuanceStepKind.ProofLeft, $"TXT {value.Name} could not be taken away ({value.Detail})");
                break;
        }
    }

    private void Tell(IssuanceStepKind kind, string words) => next?.Report(new IssuanceStep(kind, name, words));
}
