namespace Berth.Acme.Issuing;

/// <summary>How long nothing has come of asking for an order, or for its certificate.</summary>
/// <param name="Since">When that was found first.</param>
/// <param name="LastAt">When it was found last.</param>
/// <param name="Times">How often.</param>
/// <param name="IsNotFound">Whether the answer is that it is not known.</param>
public sealed record OrderSilence(DateTimeOffset Since, DateTimeOffset LastAt, int Times, bool IsNotFound);
