using Berth.Acme.Protocol;

namespace Berth.Authority.Validation;

/// <summary>What a validation has found.</summary>
/// <param name="Problem">Null when the proof is there.</param>
/// <param name="Until">Until when the proof itself holds; null when it does not say.</param>
internal sealed record Finding(ProblemDocument? Problem, DateTimeOffset? Until)
{
    /// <summary>True where waiting may help: a record that spreads, a host that starts.</summary>
    internal bool MayPass => Problem?.Type is not (null or AcmeError.RejectedIdentifier or AcmeError.Caa);
}
