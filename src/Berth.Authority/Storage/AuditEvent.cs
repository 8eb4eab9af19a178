namespace Berth.Authority.Storage;

/// <summary>Something that happened, on its way into the audit log.</summary>
/// <param name="Id">Sorts by time.</param>
/// <param name="Text">A JSON object.</param>
internal sealed record AuditEvent(string Id, string Text);
