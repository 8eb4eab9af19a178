using System.Runtime.InteropServices;
using System.Text;

namespace Berth.Authority.Signing;

/// <summary>One attribute of an object in a token.</summary>
internal readonly record struct Pkcs11Attribute(nuint Type, byte[] Value)
{
    internal const nuint Class = 0, Label = 3, KeyType = 0x100, Id = 0x102, EcParameters = 0x180, EcPoint = 0x181;

    internal static readonly Pkcs11Attribute PublicKey = Number(Class, 2);
    internal static readonly Pkcs11Attribute PrivateKey = Number(Class, 3);
    internal static readonly Pkcs11Attribute EllipticCurve = Number(KeyType, 3);
    internal static readonly Pkcs11Attribute InToken = Flag(1, true);
    internal static readonly Pkcs11Attribute Private = Flag(2, true);
    internal static readonly Pkcs11Attribute Sensitive = Flag(0x103, true);
    internal static readonly Pkcs11Attribute Signs = Flag(0x108, true);
    internal static readonly Pkcs11Attribute Verifies = Flag(0x10A, true);
    internal static readonly Pkcs11Attribute NotExtractable = Flag(0x162, false);

    internal static Pkcs11Attribute Text(nuint type, string value) => new(type, Encoding.UTF8.GetBytes(value));

    private static Pkcs11Attribute Flag(nuint type, bool value) => new(type, [value ? (byte)1 : (byte)0]);

    private static Pkcs11Attribute Number(nuint type, nuint value)
    {
        var bytes = new byte[nint.Size];
        MemoryMarshal.Write(bytes, in value);
        return new Pkcs11Attribute(type, bytes);
    }
}
