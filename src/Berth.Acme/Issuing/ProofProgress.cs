using Berth.Acme.Dns;

namespace Berth.Acme.Issuing;

/// <summary>Makes what one name's answer in DNS waits for a step of its order.</summary>
internal sealed class ProofProgress(string name, IProgress<IssuanceStep>? next) : IProgress<DnsStep>
{
    /// <summary>That the answer was not to be seen from here when the CA was asked to look; null where it was.</summary>
    internal string? Unseen { get; private set; }

    public void Report(DnsStep value)
    {
        if (value.Kind == DnsStepKind.NotSeen)
        {
            Unseen = value.Words;
        }
        else if (value.Kind == DnsStepKind.NotRemoved)
        {
            next?.Report(new IssuanceStep(IssuanceStepKind.ProofLeft, name, value.Words));
        }
        else if (value.Kind is DnsStepKind.Adding or DnsStepKind.Looking)
        {
            next?.Report(new IssuanceStep(IssuanceStepKind.Presenting, name, value.Words));
        }
    }
}
