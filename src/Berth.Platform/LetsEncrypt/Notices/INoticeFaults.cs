using Berth.Kernel;

namespace Berth.Platform.LetsEncrypt.Notices;

/// <summary>Is told when a notice could not be sent, or written down.</summary>
public interface INoticeFaults
{
    /// <summary>What waits cannot be read, and is passed over.</summary>
    void Unreadable(string reason);

    /// <param name="app">Whose notice it was.</param>
    /// <param name="way">How it was to go: <c>webhook</c>, <c>mail</c>, <c>trigger</c>, <c>log</c>.</param>
    /// <param name="reason">Printable; no secret in it.</param>
    void NotSent(AppName app, string way, string reason);
}
