namespace Berth.Platform.LetsEncrypt.Events;

/// <summary>The one place at which events of certificates are published, to whoever listens.</summary>
public sealed class LineageEvents(IRenewalLog log) : ILineageEvents
{
    private volatile ILineageEvents[] _listeners = [];

    /// <summary>Adds listeners, for as long as the process lives.</summary>
    public void Add(params ILineageEvents[] listeners) => _listeners = [.. _listeners, .. listeners];

    public void Publish(LineageEvent happened)
    {
        foreach (var listener in _listeners)
        {
            try
            {
                listener.Publish(happened);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // A certificate is not less in service because a listener could not take it.
                log.Faulted(happened.App, e);
            }
        }
    }
}
