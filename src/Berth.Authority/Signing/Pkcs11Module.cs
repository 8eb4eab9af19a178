using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Text;
using Berth.Kernel;

namespace Berth.Authority.Signing;

/// <summary>A token's PKCS#11 2.40 library: the eleven calls that making and using a key take.</summary>
/// <remarks>Loaded and initialized once a process for each path, and never unloaded: sessions of several keys share it.</remarks>
internal sealed unsafe class Pkcs11Module
{
    private const nuint OsLocking = 2;
    private const nuint AlreadyInitialized = 0x191;
    private const nuint AlreadyLoggedIn = 0x100;
    private const nuint SerialAndWritable = 6;
    private const int TokenInfoSize = 512;
    private const int LabelLength = 32;

    private static readonly ConcurrentDictionary<string, Lazy<Pkcs11Module>> Loaded = new();

    // Positions in CK_FUNCTION_LIST, behind its version.
    private const int Initialize = 0, GetSlotList = 4, GetTokenInfo = 6, OpenSession = 12, CloseSession = 13, Login = 18,
        GetAttributeValue = 24, FindObjectsInit = 26, FindObjects = 27, FindObjectsFinal = 28, SignInit = 42, SignOnce = 43, GenerateKeyPair = 59;

    private readonly nint* _functions;

    private Pkcs11Module(string path)
    {
        try
        {
            var library = NativeLibrary.Load(path);
            var list = (delegate* unmanaged[Cdecl]<nint*, nuint>)NativeLibrary.GetExport(library, "C_GetFunctionList");
            nint functions;
            Check(list(&functions), "C_GetFunctionList");
            _functions = (nint*)(functions + sizeof(nint)); // The version takes two bytes and padding.
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException)
        {
            throw AuthorityProblems.UnusableToken($"{path} is not a PKCS#11 library of this machine").AsException(e);
        }

        var arguments = stackalloc nuint[6] { 0, 0, 0, 0, OsLocking, 0 };
        Check(((delegate* unmanaged[Cdecl]<void*, nuint>)_functions[Initialize])(arguments), "C_Initialize", AlreadyInitialized);
    }

    internal static Pkcs11Module Load(string path) => Loaded.GetOrAdd(path, wanted => new Lazy<Pkcs11Module>(() => new Pkcs11Module(wanted))).Value;

    /// <summary>Opens a session with the token of a label and logs in.</summary>
    internal nuint Open(string token, ReadOnlySpan<byte> pin)
    {
        nuint session;
        Check(((delegate* unmanaged[Cdecl]<nuint, nuint, void*, void*, nuint*, nuint>)_functions[OpenSession])(
            SlotOf(token), SerialAndWritable, null, null, &session), "C_OpenSession");
        fixed (byte* text = pin)
        {
            Check(((delegate* unmanaged[Cdecl]<nuint, nuint, byte*, nuint, nuint>)_functions[Login])(session, 1, text, (nuint)pin.Length), "C_Login", AlreadyLoggedIn);
        }

        return session;
    }

    internal void Close(nuint session) => _ = ((delegate* unmanaged[Cdecl]<nuint, nuint>)_functions[CloseSession])(session);

    /// <returns>The object, or null when there is none.</returns>
    internal nuint? Find(nuint session, params ReadOnlySpan<Pkcs11Attribute> template)
    {
        using var native = new NativeTemplate(template);
        Check(((delegate* unmanaged[Cdecl]<nuint, nuint*, nuint, nuint>)_functions[FindObjectsInit])(session, native.Pointer, native.Count), "C_FindObjectsInit");
        nuint found, count;
        Check(((delegate* unmanaged[Cdecl]<nuint, nuint*, nuint, nuint*, nuint>)_functions[FindObjects])(session, &found, 1, &count), "C_FindObjects");
        Check(((delegate* unmanaged[Cdecl]<nuint, nuint>)_functions[FindObjectsFinal])(session), "C_FindObjectsFinal");
        return count == 0 ? null : found;
    }

    internal byte[] Read(nuint session, nuint handle, nuint attribute)
    {
        var buffer = new byte[1024];
        fixed (byte* value = buffer)
        {
            var template = stackalloc nuint[3] { attribute, (nuint)value, (nuint)buffer.Length };
            Check(((delegate* unmanaged[Cdecl]<nuint, nuint, nuint*, nuint, nuint>)_functions[GetAttributeValue])(session, handle, template, 1), "C_GetAttributeValue");
            return buffer[..(int)template[2]];
        }
    }

    internal void Generate(nuint session, nuint mechanism, ReadOnlySpan<Pkcs11Attribute> publicKey, ReadOnlySpan<Pkcs11Attribute> privateKey)
    {
        using var open = new NativeTemplate(publicKey);
        using var secret = new NativeTemplate(privateKey);
        var how = stackalloc nuint[3] { mechanism, 0, 0 };
        nuint first, second;
        Check(((delegate* unmanaged[Cdecl]<nuint, nuint*, nuint*, nuint, nuint*, nuint, nuint*, nuint*, nuint>)_functions[GenerateKeyPair])(
            session, how, open.Pointer, open.Count, secret.Pointer, secret.Count, &first, &second), "C_GenerateKeyPair");
    }

    /// <returns>The bare signature: r and s, one after the other.</returns>
    internal byte[] Sign(nuint session, nuint mechanism, nuint key, ReadOnlySpan<byte> hash)
    {
        var how = stackalloc nuint[3] { mechanism, 0, 0 };
        Check(((delegate* unmanaged[Cdecl]<nuint, nuint*, nuint, nuint>)_functions[SignInit])(session, how, key), "C_SignInit");
        var signature = new byte[256];
        var length = (nuint)signature.Length;
        fixed (byte* data = hash, result = signature)
        {
            Check(((delegate* unmanaged[Cdecl]<nuint, byte*, nuint, byte*, nuint*, nuint>)_functions[SignOnce])(
                session, data, (nuint)hash.Length, result, &length), "C_Sign");
        }

        return signature[..(int)length];
    }

    private nuint SlotOf(string token)
    {
        var list = (delegate* unmanaged[Cdecl]<byte, nuint*, nuint*, nuint>)_functions[GetSlotList];
        nuint count = 64;
        var slots = stackalloc nuint[64];
        Check(list(1, slots, &count), "C_GetSlotList");
        var info = stackalloc byte[TokenInfoSize];
        for (var i = 0; i < (int)count; i++)
        {
            if (((delegate* unmanaged[Cdecl]<nuint, byte*, nuint>)_functions[GetTokenInfo])(slots[i], info) == 0
                && Encoding.UTF8.GetString(info, LabelLength).TrimEnd(' ') == token)
            {
                return slots[i];
            }
        }

        throw AuthorityProblems.UnusableToken($"there is no token '{Printable.Of(token)}'").AsException();
    }

    private static void Check(nuint result, string call, nuint alsoGood = 0)
    {
        if (result != 0 && result != alsoGood)
        {
            throw AuthorityProblems.UnusableToken(result switch
            {
                0xA0 or 0xA1 or 0xA2 => "the PIN is wrong",
                0xA4 => "the PIN is locked: it was wrong too often",
                0xE0 or 0x32 => "the token is not there any more",
                _ => $"{call} answered 0x{result:x}",
            }).AsException();
        }
    }

    /// <summary>CK_ATTRIBUTE structures whose values stay where they are until disposed.</summary>
    private readonly ref struct NativeTemplate
    {
        private readonly nuint* _attributes;

        internal NativeTemplate(ReadOnlySpan<Pkcs11Attribute> attributes)
        {
            var size = attributes.Length * 3 * sizeof(nuint);
            Count = (nuint)attributes.Length;
            foreach (var attribute in attributes)
            {
                size += attribute.Value.Length;
            }

            _attributes = (nuint*)NativeMemory.Alloc((nuint)size);
            var values = (byte*)(_attributes + (attributes.Length * 3));
            for (var i = 0; i < attributes.Length; i++)
            {
                attributes[i].Value.CopyTo(new Span<byte>(values, attributes[i].Value.Length));
                (_attributes[i * 3], _attributes[(i * 3) + 1], _attributes[(i * 3) + 2]) = (attributes[i].Type, (nuint)values, (nuint)attributes[i].Value.Length);
                values += attributes[i].Value.Length;
            }
        }

        internal nuint* Pointer => _attributes;

        internal nuint Count { get; }

        public void Dispose() => NativeMemory.Free(_attributes);
    }
}
