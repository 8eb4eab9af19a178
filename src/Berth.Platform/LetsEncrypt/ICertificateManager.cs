using Berth.Kernel;
using Berth.Platform.Certs;
using Berth.Platform.CommandLine;
using Berth.Platform.LetsEncrypt.Lineages;

namespace Berth.Platform.LetsEncrypt;

/// <summary>Gets, renews and revokes the certificates of apps.</summary>
public interface ICertificateManager
{
    /// <summary>Brings the app's certificate up to date: its names, and its time.</summary>
    /// <param name="app">Whose.</param>
    /// <param name="headline">Printed once it is clear that there is something to do it for.</param>
    /// <param name="force">Order also when the certificate is still good.</param>
    /// <param name="output">Where progress goes.</param>
    /// <param name="cancel">Ends the wait; the order stays open and is gone on with next time.</param>
    /// <returns>0, or 1 when the certificate is in service but some of the app's names could not be on it.</returns>
    /// <exception cref="ProblemException">It failed; the certificate in service, if any, stays.</exception>
    Task<int> ObtainAsync(AppName app, string headline, bool force, CommandOutput output, CancellationToken cancel);

    /// <summary>As <see cref="ObtainAsync"/>, unless it turns out not to be wanted.</summary>
    /// <param name="app">Whose.</param>
    /// <param name="headline">As there.</param>
    /// <param name="isPatient">Whether it keeps to the pause after a failure and to what a limit has left of it, as the daemon does.</param>
    /// <param name="unless">Asked once nobody else is at it: the exit status where nothing is to be done, null where something is.</param>
    /// <param name="output">Where progress goes.</param>
    /// <param name="cancel">As there.</param>
    Task<int> ObtainUnlessAsync(AppName app, string headline, bool isPatient, Func<int?> unless, CommandOutput output, CancellationToken cancel);

    /// <summary>Goes through an order and throws the certificate away; nothing in service is touched.</summary>
    /// <returns>The exit status: not 0 where names would be left out.</returns>
    /// <exception cref="ProblemException">It would fail.</exception>
    Task<int> RehearseAsync(AppName app, CommandOutput output, CancellationToken cancel);

    /// <summary>Puts an earlier certificate into service again.</summary>
    /// <param name="app">Whose.</param>
    /// <param name="bundle">The beginning of its folder's name; null for the one before the current.</param>
    /// <param name="output">Told that it has to wait.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <exception cref="ProblemException">There is none, or it cannot serve; what is in service stays.</exception>
    Task<Bundle> RollBackAsync(AppName app, string? bundle, CommandOutput output, CancellationToken cancel);

    /// <summary>Revokes the certificate in service at the server that issued it, and takes it off. The caller holds the app.</summary>
    Task RevokeAsync(AppName app, CancellationToken cancel);

    /// <summary>Takes the certificate off and forgets its settings' folders; the server is not asked. The caller holds the app.</summary>
    Task DisableAsync(AppName app);

    /// <summary>When the certificate is due for renewal.</summary>
    DateTimeOffset RenewalOf(AppName app, CertificateFacts facts);

    /// <summary>What is next for the app's certificate, when, and what it waits for.</summary>
    LineageStep NextOf(AppName app);

    /// <summary>Asks the server of the certificate in service whether it wants that replaced, for somebody who waits; not while another is at work on it.</summary>
    /// <param name="app">Whose.</param>
    /// <param name="whenDue">Whether to ask only where the daemon would by now.</param>
    /// <param name="cancel">Ends it.</param>
    /// <returns>What that certificate is, where it is to be replaced at once; null where it is not.</returns>
    Task<string?> AskAdviceAsync(AppName app, bool whenDue, CancellationToken cancel);

    /// <summary>Whether a command or the daemon is at work on the app's certificate now.</summary>
    bool IsAtWork(AppName app);

    /// <summary>Why the last attempt failed; null when it did not.</summary>
    LineageFailure? LastFailureOf(AppName app);

    /// <summary>Waits until nothing is ordered or renewed for the app, and keeps it so until the result is disposed.</summary>
    /// <exception cref="ProblemException">The app is gone by then.</exception>
    Task<IDisposable> HoldAsync(AppName app, CommandOutput output, CancellationToken cancel);

    /// <summary>As <see cref="HoldAsync"/>, for whoever takes the certificate away: what is being ordered is given up, for nobody wants it any more.</summary>
    /// <exception cref="ProblemException">As there.</exception>
    Task<IDisposable> EndAndHoldAsync(AppName app, CommandOutput output, CancellationToken cancel);

    /// <summary>As <see cref="HoldAsync"/>, for whoever means the certificate that is in service now.</summary>
    /// <exception cref="ProblemException">As there, or another is in service by then.</exception>
    Task<IDisposable> HoldInServiceAsync(AppName app, CommandOutput output, CancellationToken cancel);
}
