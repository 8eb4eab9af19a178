namespace Berth.Acme.Protocol;

/// <summary>One link of a <c>Link</c> header (RFC 8288 §3).</summary>
/// <param name="Target">The URL between the angle brackets, unresolved.</param>
/// <param name="Relation">One relation type, lower case: <c>alternate</c>, <c>index</c>, <c>up</c>, <c>next</c>.</param>
public sealed record WebLink(string Target, string Relation);
