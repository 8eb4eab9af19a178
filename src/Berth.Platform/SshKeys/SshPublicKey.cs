using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Berth.Platform.SshKeys;

/// <summary>A public key as OpenSSH writes it: type, base64, comment. Options in front of it are left behind.</summary>
/// <param name="Type">Such as <c>ssh-ed25519</c>; the key's own bytes say the same.</param>
/// <param name="Base64">The key, base64.</param>
/// <param name="Comment">What follows it; may be empty.</param>
public sealed record SshPublicKey(string Type, string Base64, string Comment)
{
    /// <summary>The longest line taken: four times an RSA key of 16,384 bits.</summary>
    public const int LengthLimit = 16 * 1024;

    private static readonly string[] Types =
    [
        "ssh-rsa", "ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521",
        "sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com",
    ];

    /// <summary><c>SHA256:</c> and the unpadded base64 of the key's hash, as <c>ssh-keygen -l</c> prints it.</summary>
    public string Fingerprint => $"SHA256:{Convert.ToBase64String(SHA256.HashData(Convert.FromBase64String(Base64))).TrimEnd('=')}";

    /// <summary>The key as one line, ready for <c>authorized_keys</c>.</summary>
    public string Line => Comment.Length == 0 ? $"{Type} {Base64}" : $"{Type} {Base64} {Comment}";

    /// <returns>The key in a line of a <c>.pub</c> or <c>authorized_keys</c> file, or null when there is none.</returns>
    public static SshPublicKey? TryParse(string line)
    {
        if (line.Length > LengthLimit || line.Any(char.IsControl))
        {
            return null;
        }

        var rest = line.AsSpan().Trim(' ');
        if (!Types.Contains(FirstWord(rest).ToString()))
        {
            rest = AfterOptions(rest);
        }

        var type = FirstWord(rest).ToString();
        var afterType = rest[type.Length..].TrimStart(' ');
        var base64 = FirstWord(afterType).ToString();
        return Types.Contains(type) && IsKeyOf(type, base64)
            ? new SshPublicKey(type, base64, afterType[base64.Length..].Trim(' ').ToString())
            : null;
    }

    private static ReadOnlySpan<char> FirstWord(ReadOnlySpan<char> text) => text.IndexOf(' ') is >= 0 and var end ? text[..end] : text;

    /// <summary>Options end at the first space that no quotes enclose.</summary>
    private static ReadOnlySpan<char> AfterOptions(ReadOnlySpan<char> text)
    {
        var quoted = false;
        for (var i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '\\' when quoted && i + 1 < text.Length && text[i + 1] == '"':
                    i++;
                    break;
                case '"':
                    quoted = !quoted;
                    break;
                case ' ' when !quoted:
                    return text[i..].TrimStart(' ');
            }
        }

        return [];
    }

    private static bool IsKeyOf(string type, string base64)
    {
        var bytes = new byte[base64.Length];
        if (!Convert.TryFromBase64String(base64, bytes, out var length))
        {
            return false;
        }

        var fields = 0;
        var rest = bytes.AsSpan(0, length);
        while (rest.Length >= 4)
        {
            var size = BinaryPrimitives.ReadUInt32BigEndian(rest);
            if (size > rest.Length - 4 || (fields == 0 && !rest.Slice(4, (int)size).SequenceEqual(Encoding.ASCII.GetBytes(type))))
            {
                return false;
            }

            rest = rest[(4 + (int)size)..];
            fields++;
        }

        return rest.IsEmpty && fields >= 2;
    }
}
