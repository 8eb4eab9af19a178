using System.Collections.Concurrent;
using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Berth.Kernel;

namespace Berth.Authority.Signing;

/// <summary>A private key that never leaves its token. Each signature borrows a session; one that fails is not used again.</summary>
internal sealed class TokenKey : SigningKey
{
    private const nuint MakeEllipticCurve = 0x1040; // CKM_EC_KEY_PAIR_GEN
    private const nuint SignHash = 0x1041; // CKM_ECDSA

    private readonly ConcurrentBag<nuint> _idle = [];
    private readonly Pkcs11Module _module;
    private readonly TokenUri _uri;

    private TokenKey(TokenUri uri, Pkcs11Module module, PublicKey publicKey, int keySize)
        : base(publicKey, keySize) => (_uri, _module) = (uri, module);

    /// <exception cref="ProblemException"><see cref="AuthorityProblems.TokenNotUsable"/>: no token, no such key, a wrong PIN.</exception>
    internal static TokenKey Open(TokenUri uri)
    {
        var module = Pkcs11Module.Load(uri.Module);
        var session = OpenSession(module, uri);
        try
        {
            var label = Label(uri);
            var handle = module.Find(session, Pkcs11Attribute.PublicKey, label)
                ?? throw AuthorityProblems.UnusableToken($"it holds no key '{Printable.Of(uri.Object!)}'").AsException();
            var key = KeyOf(module.Read(session, handle, Pkcs11Attribute.EcParameters), module.Read(session, handle, Pkcs11Attribute.EcPoint));
            return new TokenKey(uri, module, new PublicKey(key), key.KeySize);
        }
        finally
        {
            module.Close(session);
        }
    }

    /// <summary>Makes the key in the token, unless a start before this one has, and opens it.</summary>
    internal static TokenKey Create(TokenUri uri, ECCurve curve)
    {
        var module = Pkcs11Module.Load(uri.Module);
        var session = OpenSession(module, uri);
        try
        {
            var label = Label(uri);
            if (module.Find(session, Pkcs11Attribute.PrivateKey, label) is null)
            {
                var id = Pkcs11Attribute.Text(Pkcs11Attribute.Id, uri.Object!);
                module.Generate(
                    session,
                    MakeEllipticCurve,
                    [
                        Pkcs11Attribute.PublicKey, Pkcs11Attribute.EllipticCurve, Pkcs11Attribute.InToken, Pkcs11Attribute.Verifies, label, id,
                        new Pkcs11Attribute(Pkcs11Attribute.EcParameters, OidOf(curve)),
                    ],
                    [
                        Pkcs11Attribute.PrivateKey, Pkcs11Attribute.EllipticCurve, Pkcs11Attribute.InToken, Pkcs11Attribute.Private,
                        Pkcs11Attribute.Sensitive, Pkcs11Attribute.NotExtractable, Pkcs11Attribute.Signs, label, id,
                    ]);
            }
        }
        finally
        {
            module.Close(session);
        }

        return Open(uri);
    }

    internal override byte[] Sign(ReadOnlySpan<byte> data)
    {
        var session = _idle.TryTake(out var idle) ? idle : OpenSession(_module, _uri);
        try
        {
            var key = _module.Find(session, Pkcs11Attribute.PrivateKey, Label(_uri))
                ?? throw AuthorityProblems.UnusableToken($"it holds no key '{Printable.Of(_uri.Object!)}'").AsException();
            var signature = _module.Sign(session, SignHash, key, Digest(data));
            _idle.Add(session);
            return Encode(signature);
        }
        catch (ProblemException)
        {
            _module.Close(session);
            throw;
        }
    }

    public override void Dispose()
    {
        while (_idle.TryTake(out var session))
        {
            _module.Close(session);
        }
    }

    private static Pkcs11Attribute Label(TokenUri uri) => Pkcs11Attribute.Text(
        Pkcs11Attribute.Label, uri.Object ?? throw AuthorityProblems.UnusableToken("the URI does not say 'object='").AsException());

    private static nuint OpenSession(Pkcs11Module module, TokenUri uri)
    {
        byte[] pin;
        try
        {
            pin = System.Text.Encoding.UTF8.GetBytes(File.ReadAllText(uri.PinSource).Split('\n')[0].TrimEnd('\r'));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw AuthorityProblems.UnusableToken($"its PIN cannot be read: {e.Message.TrimEnd('.')}").AsException(e);
        }

        try
        {
            return module.Open(uri.Token, pin);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(pin);
        }
    }

    private static byte[] OidOf(ECCurve curve)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        writer.WriteObjectIdentifier(curve.Oid.Value!);
        return writer.Encode();
    }

    private static ECDsa KeyOf(byte[] parameters, byte[] point)
    {
        var curve = ECCurve.CreateFromValue(new AsnReader(parameters, AsnEncodingRules.DER).ReadObjectIdentifier());
        var bytes = new AsnReader(point, AsnEncodingRules.DER).ReadOctetString();
        var half = (bytes.Length - 1) / 2;
        return ECDsa.Create(new ECParameters { Curve = curve, Q = new ECPoint { X = bytes[1..(1 + half)], Y = bytes[(1 + half)..] } });
    }

    private static byte[] Encode(byte[] signature)
    {
        var half = signature.Length / 2;
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(new BigInteger(signature.AsSpan(0, half), isUnsigned: true, isBigEndian: true));
            writer.WriteInteger(new BigInteger(signature.AsSpan(half), isUnsigned: true, isBigEndian: true));
        }

        return writer.Encode();
    }
}
