using System.Collections.Concurrent;
using System.Text.Json;
using Berth.Acme.Protocol;
using Berth.Authority.Storage;

namespace Berth.Authority.Front;

/// <summary>Keeps the imported keys of accounts that ask often: an import costs as much as a signature check.</summary>
internal sealed class KeyCache
{
    private const int Most = 4096;

    private readonly ConcurrentDictionary<string, JwsVerifyingKey> _keys = new(StringComparer.Ordinal);

    internal JwsVerifyingKey Of(AccountRecord account)
    {
        if (_keys.TryGetValue(account.Thumbprint, out var known))
        {
            return known;
        }

        // Dropped keys are left to their finalizers: a request may still be using one.
        if (_keys.Count >= Most)
        {
            _keys.Clear();
        }

        var jwk = JsonSerializer.Deserialize(account.Jwk, AcmeJson.Default.JsonWebKey)!;
        return JwsVerifyingKey.TryImport(jwk, out var key, out var reason)
            ? _keys.GetOrAdd(account.Thumbprint, key)
            : throw new InvalidDataException($"The stored key of account {account.Id} is unusable: {reason}.");
    }
}
