using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Berth.Bench;

/// <summary>Writes signed POST requests into one buffer that is used again and again.</summary>
internal sealed class Message
{
    private readonly string _host;
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly byte[] _signed = new byte[16 * 1024];
    private readonly byte[] _body = new byte[20 * 1024];
    private readonly byte[] _request = new byte[24 * 1024];

    internal Message(string host)
    {
        _host = host;
        var point = _key.ExportParameters(includePrivateParameters: false).Q;
        var (x, y) = (Base64Url.EncodeToString(point.X), Base64Url.EncodeToString(point.Y));
        Jwk = $$"""{"crv":"P-256","kty":"EC","x":"{{x}}","y":"{{y}}"}""";
        Thumbprint = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(Jwk)));
    }

    /// <summary>The members that RFC 7638 asks for, in its order.</summary>
    internal string Jwk { get; }

    internal string Thumbprint { get; }

    /// <summary>One request, head and body, valid until the next is written.</summary>
    internal ReadOnlySpan<byte> Write(string url, string who, string nonce, ReadOnlySpan<byte> payload)
    {
        var header = Encoding.ASCII.GetBytes($$"""{"alg":"ES256",{{who}},"nonce":"{{nonce}}","url":"{{url}}"}""");
        var at = Base64Url.EncodeToUtf8(header, _signed);
        var first = at;
        _signed[at++] = (byte)'.';
        at += Base64Url.EncodeToUtf8(payload, _signed.AsSpan(at));
        Span<byte> signature = stackalloc byte[64];
        _key.SignData(_signed.AsSpan(0, at), signature, HashAlgorithmName.SHA256);

        var length = 0;
        Add(ref length, "{\"protected\":\""u8);
        Add(ref length, _signed.AsSpan(0, first));
        Add(ref length, "\",\"payload\":\""u8);
        Add(ref length, _signed.AsSpan(first + 1, at - first - 1));
        Add(ref length, "\",\"signature\":\""u8);
        length += Base64Url.EncodeToUtf8(signature, _body.AsSpan(length));
        Add(ref length, "\"}"u8);

        var path = url[url.IndexOf('/', "https://".Length)..];
        var head = Encoding.ASCII.GetBytes(
            $"POST {path} HTTP/1.1\r\nHost: {_host}\r\nUser-Agent: berth-load\r\nContent-Type: application/jose+json\r\nContent-Length: {length}\r\n\r\n", _request);
        _body.AsSpan(0, length).CopyTo(_request.AsSpan(head));
        return _request.AsSpan(0, head + length);
    }

    private void Add(ref int length, ReadOnlySpan<byte> text)
    {
        text.CopyTo(_body.AsSpan(length));
        length += text.Length;
    }
}
