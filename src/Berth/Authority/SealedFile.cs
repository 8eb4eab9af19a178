using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Berth.Authority;

/// <summary>
/// Encrypts a stream with a passphrase: PBKDF2-SHA256 to a key, then AES-256-GCM a mebibyte at a time. The nonce counts the pieces and the last
/// is marked, so that none can be taken out, moved or cut off.
/// </summary>
internal static class SealedFile
{
    private const int Rounds = 600_000;
    private const int Piece = 1 << 20;
    private const int SaltLength = 16;
    private const int TagLength = 16;
    private static readonly byte[] Magic = "BERTHCA1"u8.ToArray();

    public static bool IsOne(Stream input)
    {
        var start = new byte[Magic.Length];
        var isOne = input.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length && start.AsSpan().SequenceEqual(Magic);
        input.Position = 0;
        return isOne;
    }

    public static void Write(Stream input, Stream output, string passphrase)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltLength);
        output.Write(Magic);
        output.Write(salt);
        using var cipher = new AesGcm(KeyOf(passphrase, salt), TagLength);
        var (plain, secret, tag) = (new byte[Piece], new byte[Piece], new byte[TagLength]);
        for (var number = 0L; ; number++)
        {
            var length = input.ReadAtLeast(plain, Piece, throwOnEndOfStream: false);
            var isLast = length < Piece;
            cipher.Encrypt(Nonce(number), plain.AsSpan(0, length), secret.AsSpan(0, length), tag, [isLast ? (byte)1 : (byte)0]);
            output.Write(secret.AsSpan(0, length));
            output.Write(tag);
            if (isLast)
            {
                return;
            }
        }
    }

    /// <exception cref="CryptographicException">Another passphrase, or a file that was changed.</exception>
    public static void Read(Stream input, Stream output, string passphrase)
    {
        var salt = new byte[SaltLength];
        input.Position = Magic.Length;
        input.ReadExactly(salt);
        using var cipher = new AesGcm(KeyOf(passphrase, salt), TagLength);
        var (plain, secret) = (new byte[Piece], new byte[Piece + TagLength]);
        for (var number = 0L; ; number++)
        {
            var length = input.ReadAtLeast(secret, secret.Length, throwOnEndOfStream: false) - TagLength;
            if (length < 0)
            {
                throw new InvalidDataException("it is cut off");
            }

            var isLast = length < Piece;
            cipher.Decrypt(Nonce(number), secret.AsSpan(0, length), secret.AsSpan(length, TagLength), plain.AsSpan(0, length), [isLast ? (byte)1 : (byte)0]);
            output.Write(plain.AsSpan(0, length));
            if (isLast)
            {
                return;
            }
        }
    }

    private static byte[] KeyOf(string passphrase, byte[] salt) => Rfc2898DeriveBytes.Pbkdf2(passphrase, salt, Rounds, HashAlgorithmName.SHA256, 32);

    private static byte[] Nonce(long number)
    {
        var nonce = new byte[12];
        BinaryPrimitives.WriteInt64BigEndian(nonce.AsSpan(4), number);
        return nonce;
    }
}
