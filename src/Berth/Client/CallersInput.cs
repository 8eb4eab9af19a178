using Berth.Commands;
using Berth.Kernel;

namespace Berth.Client;

/// <summary>
/// What a command reads: standard input, or in its place the files that its words name. They are read here, with the caller's rights, and
/// the words that go on name none.
/// </summary>
internal static class CallersInput
{
    /// <returns>The words to send, and what writes the input; null stands for standard input as it is.</returns>
    /// <exception cref="ProblemException">There is no such folder, or none is named and nothing is sent.</exception>
    public static (string[] Words, Action<Stream>? Write) Of(string[] words)
    {
        if (CertificateInput.TryOf(words) is { } certificate)
        {
            return certificate;
        }

        return GlobalWords.Strip(words).WordsWithApp switch
        {
            ["deploy", var app] when !app.StartsWith('-') && !Console.IsInputRedirected => throw ProgramProblems.FolderNotNamed(app).AsException(),
            ["deploy", var app, var folder] when !app.StartsWith('-') && !folder.StartsWith('-') => (words[..^1], FolderArchive.Of(folder)),
            _ => (words, null),
        };
    }

    /// <summary>As <see cref="Of"/>, for a program of another account: it may be barred from every file that is named.</summary>
    /// <exception cref="ProblemException">As above, or a file cannot be read.</exception>
    public static (string[] Words, Action<Stream>? Write) ForAnother(string[] words)
    {
        words = NamedInput.Of(words, out var path);
        if (path is null)
        {
            return Of(words);
        }

        var file = NamedInput.Open(path);
        return (words, Copy);

        void Copy(Stream stream)
        {
            using (file)
            {
                file.CopyTo(stream);
            }
        }
    }
}
