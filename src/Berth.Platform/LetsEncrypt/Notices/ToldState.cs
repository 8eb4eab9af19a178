namespace Berth.Platform.LetsEncrypt.Notices;

/// <summary>What people were told of one app's certificate, so that they are told once.</summary>
/// <param name="ExpiringSerial">The certificate whose coming end they were told of.</param>
/// <param name="FailureCode">The failure they were told of; null after a success.</param>
/// <param name="ExpiringAt">When they were told of its end; null in a state from before this was kept.</param>
internal sealed record ToldState(string? ExpiringSerial = null, string? FailureCode = null, DateTimeOffset? ExpiringAt = null);
