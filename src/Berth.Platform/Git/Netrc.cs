using System.Text;

namespace Berth.Platform.Git;

/// <summary>
/// The file git's HTTP client looks up passwords in (ftp(1), <c>.netrc</c>). Entries of other hosts, comments and macros stay as they are.
/// </summary>
public static class Netrc
{
    /// <returns>The user and password for a host; null when it has no entry.</returns>
    public static (string User, string Password)? Find(string text, string host)
    {
        foreach (var entry in Entries(text).Where(entry => entry.Host == host))
        {
            return (entry.User, entry.Password);
        }

        return null;
    }

    /// <returns>The file with the host's entry replaced, or added at the end; before a <c>default</c> entry, behind which nothing counts.</returns>
    public static string Set(string text, string host, string user, string password)
    {
        var rest = Remove(text, host);
        var line = $"machine {host} login {user} password {password}\n";
        var at = Entries(rest).Where(entry => entry.Host is null).Select(entry => entry.Start).FirstOrDefault(rest.Length);
        var before = rest[..at];
        return before + (before.Length > 0 && !before.EndsWith('\n') ? "\n" : "") + line + rest[at..];
    }

    /// <returns>The file without the host's entries.</returns>
    public static string Remove(string text, string host)
    {
        var kept = new StringBuilder(text);
        foreach (var entry in Entries(text).Where(entry => entry.Host == host).Reverse())
        {
            kept.Remove(entry.Start, entry.End - entry.Start);
        }

        return kept.ToString();
    }

    /// <summary>Whether a word can stand in the file: it has no quotes of its own.</summary>
    public static bool CanHold(string word) => word.Length > 0 && word[0] != '#' && word.All(c => c > ' ' && c != '\x7f' && !char.IsWhiteSpace(c) && c is not ('"' or '\\'));

    private static List<Entry> Entries(string text)
    {
        List<Entry> entries = [];
        Entry? open = null;
        var words = Words(text).GetEnumerator();
        while (words.MoveNext())
        {
            var (start, end) = words.Current;
            switch (text[start..end])
            {
                case "machine" or "default":
                    Close(start);
                    var isDefault = text[start..end] == "default";
                    open = new Entry(start, text.Length, isDefault || !words.MoveNext() ? null : text[words.Current.Start..words.Current.End], "", "");
                    break;
                case "macdef":
                    Close(start);
                    break;
                case "login" when open is not null && words.MoveNext():
                    open = open with { User = text[words.Current.Start..words.Current.End] };
                    break;
                case "password" when open is not null && words.MoveNext():
                    open = open with { Password = text[words.Current.Start..words.Current.End] };
                    break;
            }
        }

        Close(text.Length);
        return entries;

        void Close(int end)
        {
            if (open is not null)
            {
                entries.Add(open with { End = end });
            }

            open = null;
        }
    }

    /// <summary>Words between white space; a comment and a macro's body are passed over.</summary>
    private static IEnumerable<(int Start, int End)> Words(string text)
    {
        var at = 0;
        while (at < text.Length)
        {
            if (char.IsWhiteSpace(text[at]))
            {
                at++;
                continue;
            }

            if (text[at] == '#')
            {
                at = EndOf(text, "\n", at);
                continue;
            }

            var start = at;
            while (at < text.Length && !char.IsWhiteSpace(text[at]))
            {
                at++;
            }

            yield return (start, at);
            if (text[start..at] == "macdef")
            {
                at = EndOf(text, "\n\n", at);
            }
        }
    }

    private static int EndOf(string text, string mark, int from) =>
        text.IndexOf(mark, from, StringComparison.Ordinal) is >= 0 and var end ? end + mark.Length : text.Length;

    private sealed record Entry(int Start, int End, string? Host, string User, string Password);
}
