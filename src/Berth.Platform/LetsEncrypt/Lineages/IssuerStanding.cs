namespace Berth.Platform.LetsEncrypt.Lineages;

/// <summary>How one of several servers has done for a certificate.</summary>
/// <param name="Failures">Failures in a row that were the server's, or on the way to it; never those of a name's proof.</param>
/// <param name="LastFailure">The last of them, or the last at all.</param>
public sealed record IssuerStanding(int Failures, LineageFailure LastFailure)
{
    public int Failures { get; init => field = Math.Clamp(value, 0, LineageState.MostCounted); } = Math.Clamp(Failures, 0, LineageState.MostCounted);
}
