using System.Buffers.Binary;
using System.Text;

namespace Berth.Platform.Tests.SshKeys;

/// <summary>Public keys made by program.</summary>
internal static class Keys
{
    /// <summary>A well-formed key of 32 bytes that are all <paramref name="seed"/>.</summary>
    public static string Ed25519(byte seed, string comment = "alice@laptop") => Line("ssh-ed25519", comment, [.. Enumerable.Repeat(seed, 32)]);

    public static string Line(string type, string comment, params byte[][] fields) =>
        $"{type} {Convert.ToBase64String([.. Field(Encoding.ASCII.GetBytes(type)), .. fields.SelectMany(Field)])} {comment}".TrimEnd();

    private static byte[] Field(byte[] content)
    {
        var field = new byte[4 + content.Length];
        BinaryPrimitives.WriteInt32BigEndian(field, content.Length);
        content.CopyTo(field, 4);
        return field;
    }
}
