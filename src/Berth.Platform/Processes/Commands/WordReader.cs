using System.Collections.Immutable;
using Berth.Kernel;

namespace Berth.Platform.Processes.Commands;

/// <summary>Cuts a command line into words, left to right (XCU §2.3), and refuses what only a shell can do.</summary>
internal sealed partial class WordReader(string text, string origin)
{
    private int _at;
    private int _wordStart;

    /// <summary>What ends the stretch being read.</summary>
    private enum End
    {
        Blank,
        Quote,
        Brace,
    }

    private char Current => text[_at];

    /// <returns>False at the end of the line or at a comment.</returns>
    public bool MoveToWord()
    {
        while (_at < text.Length && IsBlank(Current))
        {
            _at++;
        }

        return _at < text.Length && Current != '#';
    }

    public ImmutableArray<WordPart> ReadWord()
    {
        _wordStart = _at;
        var parts = new WordParts();
        Read(parts, End.Blank, quoted: false, depth: 0);
        return parts.ToImmutable();
    }

    private static bool IsBlank(char c) => c is ' ' or '\t';

    private void Read(WordParts parts, End end, bool quoted, int depth)
    {
        while (_at < text.Length && !IsAt(end))
        {
            switch (Current)
            {
                case '\\':
                    ReadEscape(parts, end, quoted);
                    break;
                case '\'' when !quoted:
                    ReadSingleQuotes(parts);
                    break;
                case '"':
                    ReadDoubleQuotes(parts, quoted, depth);
                    break;
                case '$':
                    ReadDollar(parts, quoted, depth);
                    break;
                default:
                    ReadPlain(parts, end, quoted);
                    break;
            }
        }

        if (end != End.Blank && _at == text.Length)
        {
            throw Refuse(end == End.Quote ? "has a \" that is never closed" : "has a ${ that is never closed");
        }
    }

    private bool IsAt(End end) => end switch
    {
        End.Quote => Current == '"',
        End.Brace => Current == '}',
        _ => IsBlank(Current),
    };

    private void ReadEscape(WordParts parts, End end, bool quoted)
    {
        if (_at + 1 == text.Length)
        {
            throw Refuse("ends in a backslash; a command is one line");
        }

        var next = text[_at + 1];
        CheckCharacter(next);
        // XCU §2.2.3: inside double quotes a backslash stays, unless it protects one of these.
        var kept = quoted && next is not ('$' or '`' or '"' or '\\') && !(end == End.Brace && next == '}');
        parts.Add(kept ? $"\\{next}" : next.ToString(), quoted: true);
        _at += 2;
    }

    private void ReadSingleQuotes(WordParts parts)
    {
        var close = text.IndexOf('\'', _at + 1);
        if (close < 0)
        {
            throw Refuse("has a ' that is never closed");
        }

        var inside = text[(_at + 1)..close];
        foreach (var c in inside)
        {
            CheckCharacter(c);
        }

        parts.Add(inside, quoted: true);
        _at = close + 1;
    }

    private void ReadDoubleQuotes(WordParts parts, bool quoted, int depth)
    {
        if (quoted)
        {
            throw Refuse("has a \" inside another");
        }

        _at++;
        parts.Add("", quoted: true);
        Read(parts, End.Quote, quoted: true, depth);
        _at++;
    }

    private void ReadPlain(WordParts parts, End end, bool quoted)
    {
        var c = Current;
        CheckCharacter(c);
        if (c == '`' || end == End.Blank && c is '|' or '&' or ';' or '<' or '>' or '(' or ')' or '*' or '?' or '\n' or '\r')
        {
            throw ProcessProblems.NeedsShell(origin, c is '\n' or '\r' ? "a line break" : c.ToString()).AsException();
        }

        if (c == '~' && end == End.Blank && IsTildePlace())
        {
            ReadTilde(parts);
            return;
        }

        parts.Add(c.ToString(), quoted);
        _at++;
    }

    private void CheckCharacter(char c)
    {
        if (c == '\0')
        {
            throw Refuse("holds a NUL character, which no argument can");
        }
    }

    private ProblemException Refuse(string reason) => ProcessProblems.UnsupportedCommand(origin, reason).AsException();
}
