using Berth.Kernel;

namespace Berth.Platform.LetsEncrypt.Notices;

/// <summary>What people were told of one app's certificate, so that they are told once.</summary>
/// <param name="ExpiringSerial">The certificate whose coming end they were told of.</param>
/// <param name="FailureCode">The failures they were told of, with spaces in between: servers that are asked in turn fail each in its way. Null after a success.</param>
/// <param name="ExpiringAt">When they were told of its end; null in a state from before this was kept.</param>
internal sealed record ToldState(string? ExpiringSerial = null, string? FailureCode = null, DateTimeOffset? ExpiringAt = null)
{
    internal bool KnowsOf(ProblemCode failure) => FailureCode?.Split(' ').Contains(failure.Id) == true;

    internal ToldState With(ProblemCode failure) => this with { FailureCode = FailureCode is null ? failure.Id : $"{FailureCode} {failure.Id}" };
}
