namespace Berth.Authority.Storage;

/// <summary>One line of a CRL.</summary>
/// <param name="Serial">Lower-case hexadecimal.</param>
/// <param name="At">When.</param>
/// <param name="Reason">RFC 5280 §5.3.1 reason code.</param>
internal sealed record RevokedSerial(string Serial, DateTimeOffset At, int Reason);
