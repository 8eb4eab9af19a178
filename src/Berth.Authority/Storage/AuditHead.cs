namespace Berth.Authority.Storage;

/// <summary>How far an audit log goes, kept beside it: lines missing at its end would not show otherwise.</summary>
/// <param name="Log">The log's id.</param>
/// <param name="Number">Of its last line.</param>
/// <param name="Hash">Of its last line.</param>
internal sealed record AuditHead(string Log, long Number, string Hash);
