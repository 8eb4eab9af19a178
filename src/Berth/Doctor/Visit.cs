using System.Security.Cryptography.X509Certificates;
using Berth.Kernel;

namespace Berth.Doctor;

/// <summary>What one visit to one name met.</summary>
/// <param name="Name">The name asked for.</param>
/// <param name="Answer">How it answered.</param>
/// <param name="Certificate">What it showed; null on plain HTTP and when there was no handshake.</param>
/// <param name="Root">The root its chain leads to for this name; null when to none that is trusted.</param>
internal sealed record Visit(DomainName Name, Finding Answer, X509Certificate2? Certificate, string? Root) : IDisposable
{
    public void Dispose() => Certificate?.Dispose();
}
