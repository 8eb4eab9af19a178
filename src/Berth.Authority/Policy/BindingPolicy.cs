using System.Security.Cryptography;
using System.Text;
using Berth.Acme.Protocol;
using Berth.Authority.Front;
using Berth.Authority.Storage;
using Berth.Kernel;

namespace Berth.Authority.Policy;

/// <summary>Checks external account bindings (RFC 8555 §7.3.4) and what they allow their accounts.</summary>
internal sealed class BindingPolicy(bool isRequired, IAuthorityStore store, TimeProvider time)
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    /// <returns>The key it was made with; null where there is none and none is needed.</returns>
    internal async Task<BindingKeyRecord?> VerifyAsync(JwsMessage? binding, AcmeRequest request, CancellationToken cancel)
    {
        if (binding is null)
        {
            return isRequired
                ? throw Reject.ExternalAccountRequired(
                    "An account here is bound to one you have with the operator: ask for a key id and a MAC key, and send them as externalAccountBinding.")
                : null;
        }

        var (header, payload) = JwsReader.Open(binding);
        CheckHeader(header, request);
        var jwk = JwsReader.Parse(payload, AcmeJson.Default.JsonWebKey, "The payload of the external account binding is not a key.");
        var key = await store.FindBindingKeyAsync(header.Kid!, cancel);
        if (key is null || !IsMacOf(key, header.Alg, binding))
        {
            throw Reject.Unauthorized($"The external account binding is not by the key '{Printable.Of(header.Kid!, 60)}' of this authority.");
        }

        if (!RequestVerifier.IsKey(jwk, request.Key))
        {
            throw Reject.Malformed("The external account binding is about another key than the one that signed the request.");
        }

        return key.Expires <= time.GetUtcNow()
            ? throw Reject.Unauthorized($"The binding key '{Printable.Of(key.Id, 60)}' has expired; ask the operator for another.")
            : key;
    }

    /// <summary>What the account's binding key allows; null for an account without one.</summary>
    /// <exception cref="Rejection">The key was taken away, or it has made enough orders today.</exception>
    internal async Task<NamePolicy?> NamesOfAsync(AccountRecord account, CancellationToken cancel)
    {
        if (account.BindingKey is not { } id)
        {
            return isRequired
                ? throw Reject.ExternalAccountRequired("This account is not bound to one you have with the operator; make a new one with a binding.")
                : null;
        }

        var key = await store.FindBindingKeyAsync(id, cancel)
            ?? throw Reject.Unauthorized("The key this account was bound with has been taken away by the operator.");
        if (key.OrdersPerDay is { } most && await store.CountOrdersOfBindingAsync(id, time.GetUtcNow() - Day, cancel) >= most)
        {
            throw Reject.RateLimited($"The accounts of the key '{Printable.Of(id, 60)}' may make {most} orders in 24 hours.", TimeSpan.FromHours(1));
        }

        return key.Names.IsEmpty ? null : new NamePolicy(key.Names, []);
    }

    // "alg" is a MAC, "kid" the CA's, "nonce" not there, "url" the outer one.
    private static void CheckHeader(JwsHeader header, AcmeRequest request)
    {
        var fault = 0 switch
        {
            _ when header.Alg is not ("HS256" or "HS384" or "HS512") => "its algorithm must be a MAC: HS256, HS384 or HS512",
            _ when string.IsNullOrEmpty(header.Kid) || header.Jwk is not null => "its header has the 'kid' from the operator, and no 'jwk'",
            _ when header.Nonce is not null => "its header has no nonce",
            _ when header.Url != request.Url => "its 'url' must be that of the request itself",
            _ when header.Crit is not null => "its header has 'crit', and no extension is understood here",
            _ => null,
        };
        if (fault is not null)
        {
            throw Reject.Malformed($"The external account binding is not well formed: {fault}.");
        }
    }

    private static bool IsMacOf(BindingKeyRecord key, string algorithm, JwsMessage binding)
    {
        var signed = Encoding.ASCII.GetBytes($"{binding.Protected}.{binding.Payload}");
        var mac = algorithm switch
        {
            "HS256" => HMACSHA256.HashData(key.Secret, signed),
            "HS384" => HMACSHA384.HashData(key.Secret, signed),
            _ => HMACSHA512.HashData(key.Secret, signed),
        };
        return StrictBase64Url.TryDecode(binding.Signature, out var sent) && CryptographicOperations.FixedTimeEquals(mac, sent);
    }
}
