using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Berth.Acme.Dns.Providers;

/// <summary>AWS Signature Version 4 (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html).</summary>
internal static class AwsSignature
{
    private const string Algorithm = "AWS4-HMAC-SHA256";

    /// <returns>The headers to send along, the signature among them.</returns>
    internal static (string Name, string Value)[] Sign(
        AwsCredentials credentials, string region, string service, ProviderRequest request, DateTimeOffset now)
    {
        var stamp = now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        List<(string Name, string Value)> signed = [("host", request.Url.Authority), ("x-amz-date", stamp)];
        if (credentials.SessionToken is { } token)
        {
            signed.Add(("x-amz-security-token", token));
        }

        var names = string.Join(';', signed.Select(header => header.Name));
        var canonical = string.Join('\n', [
            request.Method.Method,
            request.Url.AbsolutePath,
            Query(request.Url),
            .. signed.Select(header => $"{header.Name}:{header.Value}"),
            "",
            names,
            Hash(request.Body ?? [])]);
        var scope = $"{stamp[..8]}/{region}/{service}/aws4_request";
        var text = $"{Algorithm}\n{stamp}\n{scope}\n{Hash(Encoding.UTF8.GetBytes(canonical))}";
        var key = Mac(Mac(Mac(Mac(Encoding.UTF8.GetBytes("AWS4" + credentials.Secret), stamp[..8]), region), service), "aws4_request");
        var authorization = $"{Algorithm} Credential={credentials.KeyId}/{scope}, SignedHeaders={names}, "
            + $"Signature={Convert.ToHexStringLower(Mac(key, text))}";
        return [.. signed.Skip(1), ("Authorization", authorization)];
    }

    private static string Query(Uri url) => string.Join('&', url.Query.TrimStart('?')
        .Split('&', StringSplitOptions.RemoveEmptyEntries)
        .Select(pair => pair.Contains('=', StringComparison.Ordinal) ? pair : pair + "=")
        .Order(StringComparer.Ordinal));

    private static string Hash(byte[] data) => Convert.ToHexStringLower(SHA256.HashData(data));

    private static byte[] Mac(byte[] key, string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));
}
