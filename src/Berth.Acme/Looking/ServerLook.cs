namespace Berth.Acme.Looking;

/// <summary>One name server of a zone.</summary>
/// <param name="Host">Its name.</param>
/// <param name="Answers">Whether one of its addresses answered for the zone with authority.</param>
public sealed record ServerLook(string Host, bool Answers);
