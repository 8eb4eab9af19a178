using System.Security.Cryptography;
using System.Text;

namespace Berth.Acme.Protocol;

/// <summary>The name at which dns-account-01 looks (draft-ietf-acme-dns-account-label-03).</summary>
public static class AccountLabel
{
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz234567";
    private const int HashedBytes = 10;

    /// <param name="accountUrl">As the server's Location header gave it.</param>
    /// <returns>An underscore and 16 characters of base32: the first ten bytes of the URL's SHA-256.</returns>
    public static string Of(string accountUrl)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(accountUrl)).AsSpan(0, HashedBytes);
        var label = new StringBuilder("_", 1 + HashedBytes * 8 / 5);
        var (bits, held) = (0, 0);
        foreach (var octet in hash)
        {
            (bits, held) = (((bits << 8) | octet) & 0xFFF, held + 8);
            for (; held >= 5; held -= 5)
            {
                label.Append(Alphabet[(bits >> (held - 5)) & 31]);
            }
        }

        return label.ToString();
    }
}
