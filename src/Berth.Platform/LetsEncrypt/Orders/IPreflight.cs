using Berth.Kernel;
using Berth.Platform.CommandLine;

namespace Berth.Platform.LetsEncrypt.Orders;

/// <summary>Looks at what a server will look at, before it is asked for a first certificate.</summary>
public interface IPreflight
{
    /// <summary>Says what it finds.</summary>
    /// <param name="app">Whose certificate it is.</param>
    /// <param name="wanted">What is about to be ordered.</param>
    /// <param name="output">Gets advisory findings.</param>
    /// <param name="cancel">Ends it.</param>
    /// <param name="isRehearsal">Whether nothing is to be remembered of it.</param>
    /// <returns>The names that can be ordered, where some certainly cannot be proved.</returns>
    /// <exception cref="ProblemException">Nothing can be proved, for certain.</exception>
    Task<WantedCertificate> CheckAsync(AppName app, WantedCertificate wanted, CommandOutput output, CancellationToken cancel, bool isRehearsal = false);
}
