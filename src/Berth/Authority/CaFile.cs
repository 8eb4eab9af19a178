using System.Text;
using Berth.Client;
using Berth.Kernel;

namespace Berth.Authority;

/// <summary>Reads the small texts that words of <c>berth ca</c> name: requests, answers, passphrases; from a fifo too, as shells make them.</summary>
internal static class CaFile
{
    // A device named by mistake is not read for ever.
    private const int Longest = 1 << 20;

    /// <param name="word">As it was typed.</param>
    /// <param name="what">Which word, for messages.</param>
    /// <exception cref="ProblemException"><see cref="CaProblems.FileUnusable"/>: it cannot be read, or is too large.</exception>
    public static string Read(string word, string what)
    {
        var file = GivenPath.Full(word, what);
        try
        {
            return Read(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CaProblems.UnusableFile(file, e.Message).AsException(e);
        }
    }

    /// <exception cref="IOException">It cannot be read, or is too large.</exception>
    public static string Read(string file)
    {
        using var stream = File.OpenRead(file);
        var content = new byte[Longest + 1];
        var length = stream.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
        return length <= Longest ? Encoding.UTF8.GetString(content, 0, length) : throw new IOException($"it is larger than {Longest >> 20} MiB");
    }
}
