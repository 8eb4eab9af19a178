using Berth.Kernel;
using Berth.Platform.CommandLine;

namespace Berth.Platform.LetsEncrypt;

/// <summary>Where renewals that nobody typed tell what they do.</summary>
public interface IRenewalLog
{
    /// <summary>Takes the lines a command would print.</summary>
    CommandOutput OutputOf(AppName app);

    void Failed(AppName app, Problem problem);

    /// <summary>The look at all certificates could not be made; it is made again soon.</summary>
    void LookFailed(Exception cause);

    /// <summary>A fault of Berth's own.</summary>
    void Faulted(AppName app, Exception fault);
}
