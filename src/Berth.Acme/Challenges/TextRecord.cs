namespace Berth.Acme.Challenges;

/// <summary>A TXT record that answers a challenge.</summary>
/// <param name="Name">Where the CA looks, A-labels without a trailing dot: <c>_acme-challenge.example.com</c>.</param>
/// <param name="Value">What it must find there, among other values perhaps; unquoted ASCII.</param>
public sealed record TextRecord(string Name, string Value);
