namespace Berth.Platform.Processes.Commands;

/// <content>Parameters and tildes (XCU §2.6.1, §2.6.2).</content>
internal sealed partial class WordReader
{
    // ${A:-${B:-…}} nests; the bound keeps a hostile line from exhausting the stack.
    private const int DepthLimit = 8;

    private void ReadDollar(WordParts parts, bool quoted, int depth)
    {
        var next = _at + 1 < text.Length ? text[_at + 1] : ' ';
        switch (next)
        {
            case '{':
                ReadBraces(parts, quoted, depth);
                break;
            case '(' or '`':
                throw ProcessProblems.NeedsShell(origin, "$(").AsException();
            case '\'' or '"' when !quoted:
                throw ProcessProblems.NeedsShell(origin, $"${next}").AsException();
            case '@' or '*' or '#' or '?' or '-' or '$' or '!' or (>= '0' and <= '9'):
                throw ProcessProblems.NeedsShell(origin, $"${next}").AsException();
            case var c when VariableName.IsPart(c):
                _at++;
                parts.Add(new VariablePart(ReadName(), [], AlsoWhenEmpty: false, quoted));
                break;
            default:
                parts.Add("$", quoted);
                _at++;
                break;
        }
    }

    private void ReadBraces(WordParts parts, bool quoted, int depth)
    {
        if (depth == DepthLimit)
        {
            throw Refuse($"nests ${{ deeper than {DepthLimit}");
        }

        _at += 2;
        var name = ReadName();
        var alsoWhenEmpty = _at < text.Length && Current == ':';
        _at += alsoWhenEmpty ? 1 : 0;
        var otherwise = new WordParts();
        var hasOtherwise = _at < text.Length && Current == '-';
        if (hasOtherwise)
        {
            _at++;
            Read(otherwise, End.Brace, quoted, depth + 1);
        }

        if (!VariableName.IsValid(name) || alsoWhenEmpty && !hasOtherwise || _at == text.Length || Current != '}')
        {
            throw Refuse("has a ${…} other than ${NAME}, ${NAME-text} or ${NAME:-text}");
        }

        _at++;
        parts.Add(new VariablePart(name, otherwise.ToImmutable(), alsoWhenEmpty, quoted));
    }

    private string ReadName()
    {
        var start = _at;
        while (_at < text.Length && VariableName.IsPart(Current))
        {
            _at++;
        }

        return text[start.._at];
    }

    // XCU §2.6.1: at the start of a word, or right after the = of an assignment.
    private bool IsTildePlace() =>
        _at == _wordStart || text[_at - 1] == '=' && VariableName.IsValid(text.AsSpan(_wordStart, _at - 1 - _wordStart));

    private void ReadTilde(WordParts parts)
    {
        _at++;
        if (_at < text.Length && !IsBlank(Current) && Current != '/')
        {
            throw ProcessProblems.NeedsShell(origin, "~user").AsException();
        }

        parts.Add(new VariablePart("HOME", [], AlsoWhenEmpty: false, Quoted: true));
    }
}
