namespace Berth.Platform.Tests.LetsEncrypt.Simulation;

internal enum SimulatedAnswer
{
    Issued,
    Down,
    Limited,
    NotProved,
}
