using System.Buffers;

namespace Berth.Platform.Processes.Commands;

/// <summary>Writes a word so that a POSIX shell, and <see cref="CommandParser"/>, read it back unchanged.</summary>
internal static class ShellQuoting
{
    private static readonly SearchValues<char> Plain =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:,@%+");

    public static string Of(string word) =>
        word.Length > 0 && word != "exec" && !word.AsSpan().ContainsAnyExcept(Plain)
            ? word
            : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
