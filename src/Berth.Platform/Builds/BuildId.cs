using System.Security.Cryptography;

namespace Berth.Platform.Builds;

/// <summary>Ids of builds: eight characters of time and six of chance, in base 36, so that later ones sort behind earlier ones.</summary>
internal static class BuildId
{
    private const string Digits = "0123456789abcdefghijklmnopqrstuvwxyz";
    private const int TimeLength = 8;
    private const int ChanceLength = 6;
    private const int LengthLimit = 64;

    public static string New(DateTimeOffset now)
    {
        Span<char> id = stackalloc char[TimeLength + ChanceLength];
        var left = now.ToUnixTimeMilliseconds();
        for (var i = TimeLength - 1; i >= 0; i--)
        {
            (id[i], left) = (Digits[(int)(left % Digits.Length)], left / Digits.Length);
        }

        RandomNumberGenerator.GetItems(Digits, id[TimeLength..]);
        return new string(id);
    }

    /// <summary>Whether a word can be an id at all: it becomes part of a file name.</summary>
    public static bool IsOne(string? text) => text is { Length: > 0 and <= LengthLimit } && text.All(char.IsAsciiLetterOrDigit);
}
