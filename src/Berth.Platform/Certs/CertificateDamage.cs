namespace Berth.Platform.Certs;

/// <summary>What a hand, a disk or a crash did to the files of the certificate in service.</summary>
/// <param name="Found">What is wrong with them, as a sentence inside another.</param>
/// <param name="IsKept">Whether the certificate that was issued last is kept whole elsewhere; then that is served, and can be put back.</param>
/// <param name="Changed">When they were last changed: somebody may be at it.</param>
public sealed record CertificateDamage(string Found, bool IsKept, DateTimeOffset Changed)
{
    /// <summary>Whether somebody put another certificate into <c>tls/server.crt</c> than was issued.</summary>
    public bool IsByHand { get; init; }
}
