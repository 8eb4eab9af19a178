namespace Berth.Platform.LetsEncrypt.Events;

/// <summary>Is told of what happens to certificates, after it happened and is on disk.</summary>
public interface ILineageEvents
{
    /// <summary>Must not wait for anything far away: the certificate's lock is held meanwhile. What it throws is logged and changes nothing.</summary>
    void Publish(LineageEvent happened);
}
