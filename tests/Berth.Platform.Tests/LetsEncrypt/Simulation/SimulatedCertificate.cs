namespace Berth.Platform.Tests.LetsEncrypt.Simulation;

internal sealed record SimulatedCertificate(string Id, DateTimeOffset NotBefore, DateTimeOffset NotAfter);
