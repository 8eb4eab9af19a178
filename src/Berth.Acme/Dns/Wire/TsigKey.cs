using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace Berth.Acme.Dns.Wire;

/// <summary>A secret shared with a name server (RFC 8945 §6).</summary>
internal sealed partial record TsigKey(string Name, string Algorithm, byte[] Secret)
{
    public override string ToString() => $"TsigKey {{ Name = {Name}, Algorithm = {Algorithm} }}";

    /// <param name="name">As the server's configuration has it.</param>
    /// <param name="algorithm">With or without a trailing dot.</param>
    /// <param name="secret">base64.</param>
    /// <param name="key">Null when false.</param>
    /// <param name="reason">When false: what is wrong, as the end of a sentence.</param>
    internal static bool TryCreate(string name, string algorithm, string secret, out TsigKey? key, out string reason)
    {
        key = null;
        reason = "";
        var known = algorithm.Trim().TrimEnd('.').ToLowerInvariant() switch
        {
            "hmac-md5" or "hmac-md5.sig-alg.reg.int" => "hmac-md5.sig-alg.reg.int",
            "hmac-sha1" => "hmac-sha1",
            "hmac-sha256" => "hmac-sha256",
            "hmac-sha384" => "hmac-sha384",
            "hmac-sha512" => "hmac-sha512",
            _ => null,
        };
        if (known is null)
        {
            reason = "the algorithm is none of hmac-sha256, hmac-sha384, hmac-sha512, hmac-sha1, hmac-md5";
            return false;
        }

        var bytes = new byte[secret.Length];
        if (!Convert.TryFromBase64String(secret, bytes, out var length) || length == 0)
        {
            reason = "the secret is not base64";
            return false;
        }

        key = new TsigKey(name.Trim().TrimEnd('.').ToLowerInvariant(), known, bytes[..length]);
        return true;
    }

    /// <summary>Reads a key file as BIND's tsig-keygen writes it.</summary>
    /// <returns>False when there is none in it.</returns>
    internal static bool TryParseFile(string text, out (string Name, string Algorithm, string Secret) key)
    {
        var (whole, algorithm, secret) = (KeyClause().Match(text), AlgorithmClause().Match(text), SecretClause().Match(text));
        key = (whole.Groups[1].Value, algorithm.Groups[1].Value, secret.Groups[1].Value);
        return whole.Success && algorithm.Success && secret.Success;
    }

    internal byte[] Mac(ReadOnlySpan<byte> data) => Algorithm switch
    {
        // What a server was set up with decides, and some are old.
#pragma warning disable CA5350, CA5351
        "hmac-md5.sig-alg.reg.int" => HMACMD5.HashData(Secret, data),
        "hmac-sha1" => HMACSHA1.HashData(Secret, data),
#pragma warning restore CA5350, CA5351
        "hmac-sha256" => HMACSHA256.HashData(Secret, data),
        "hmac-sha384" => HMACSHA384.HashData(Secret, data),
        _ => HMACSHA512.HashData(Secret, data),
    };

    [GeneratedRegex("""\bkey\s+"?([^\s"{]+)"?\s*\{""")]
    private static partial Regex KeyClause();

    [GeneratedRegex("""\balgorithm\s+"?([^\s";]+)"?\s*;""")]
    private static partial Regex AlgorithmClause();

    [GeneratedRegex("""\bsecret\s+"?([^\s";]+)"?\s*;""")]
    private static partial Regex SecretClause();
}
