using System.Text;
using Berth.Kernel;

namespace Berth.Platform.DockerOptions;

/// <summary>Reads <see cref="OptionWords"/>; one for each text.</summary>
internal sealed class OptionWordReader(string text)
{
    private readonly List<string> _words = [];
    private readonly StringBuilder _word = new();
    private bool _inWord;
    private int _at;

    public IReadOnlyList<string> ReadAll()
    {
        while (_at < text.Length)
        {
            ReadPart(text[_at]);
        }

        EndWord();
        return _words;
    }

    private void ReadPart(char c)
    {
        switch (c)
        {
            case ' ' or '\t':
                EndWord();
                _at++;
                return;
            case ';' or '|' or '&' or '<' or '>' or '(' or ')':
                throw DockerOptionProblems.Invalid($"1:{_at + 1}: {c} is not a valid word").AsException();
        }

        _inWord = true;
        switch (c)
        {
            case '\'':
                ReadQuoted();
                break;
            case '"':
                ReadDoubleQuoted();
                break;
            case '`':
                CopyThrough(EndOfBackticks(_at));
                break;
            case '$' when Next is '(' or '{':
                CopyThrough(EndOfNested(_at + 1));
                break;
            case '\\' when _at + 1 < text.Length:
                _word.Append(text[_at + 1]);
                _at += 2;
                break;
            default:
                _word.Append(c);
                _at++;
                break;
        }
    }

    private char Next => _at + 1 < text.Length ? text[_at + 1] : '\0';

    private void ReadQuoted()
    {
        var end = text.IndexOf('\'', _at + 1);
        if (end < 0)
        {
            throw Unclosed('\'');
        }

        _word.Append(text, _at + 1, end - _at - 1);
        _at = end + 1;
    }

    private void ReadDoubleQuoted()
    {
        for (_at++; _at < text.Length && text[_at] != '"';)
        {
            switch (text[_at])
            {
                case '\\' when Next is '$' or '`' or '"' or '\\':
                    _word.Append(Next);
                    _at += 2;
                    break;
                case '$' when Next is '(' or '{':
                    CopyThrough(EndOfNested(_at + 1));
                    break;
                case '`':
                    CopyThrough(EndOfBackticks(_at));
                    break;
                default:
                    _word.Append(text[_at++]);
                    break;
            }
        }

        if (_at >= text.Length)
        {
            throw Unclosed('"');
        }

        _at++;
    }

    private void CopyThrough(int last)
    {
        _word.Append(text, _at, last - _at + 1);
        _at = last + 1;
    }

    private int EndOfBackticks(int start)
    {
        for (var i = start + 1; i < text.Length; i++)
        {
            if (text[i] == '\\')
            {
                i++;
            }
            else if (text[i] == '`')
            {
                return i;
            }
        }

        throw Unclosed('`');
    }

    /// <returns>Where the bracket at <paramref name="open"/> closes; quotes inside are passed over whole.</returns>
    private int EndOfNested(int open)
    {
        var (opening, closing) = text[open] == '(' ? ('(', ')') : ('{', '}');
        var depth = 0;
        for (var i = open; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '\\':
                    i++;
                    break;
                case '\'':
                    i = text.IndexOf('\'', i + 1) is >= 0 and var end ? end : throw Unclosed('\'');
                    break;
                case var c when c == opening:
                    depth++;
                    break;
                case var c when c == closing && --depth == 0:
                    return i;
            }
        }

        throw Unclosed(opening);
    }

    private void EndWord()
    {
        if (_inWord)
        {
            _words.Add(_word.ToString());
        }

        _word.Clear();
        _inWord = false;
    }

    private static ProblemException Unclosed(char opened) => DockerOptionProblems.Invalid($"reached the end without a closing {opened switch
    {
        '(' => ')',
        '{' => '}',
        _ => opened,
    }}").AsException();
}
