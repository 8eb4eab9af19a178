using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Berth.Acme.Protocol;

namespace Berth.Acme.Transport;

/// <summary>Nonces that responses brought and no request has used. The newest goes first: servers forget the oldest.</summary>
internal sealed class NoncePool
{
    private const int Capacity = 32;
    private const int LongestNonce = 512;

    private readonly ConcurrentStack<string> _nonces = new();

    internal string? TryTake() => _nonces.TryPop(out var nonce) ? nonce : null;

    internal void Add(string? nonce)
    {
        if (_nonces.Count >= Capacity)
        {
            _nonces.Clear();
        }

        if (IsValid(nonce))
        {
            _nonces.Push(nonce);
        }
    }

    /// <summary>A client MUST ignore anything but base64url (RFC 8555 §6.5.1).</summary>
    internal static bool IsValid([NotNullWhen(true)] string? nonce) => nonce is { Length: <= LongestNonce } && StrictBase64Url.IsAlphabet(nonce);
}
