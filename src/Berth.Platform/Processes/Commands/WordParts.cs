using System.Collections.Immutable;
using System.Text;

namespace Berth.Platform.Processes.Commands;

/// <summary>Collects the parts of one word, joining neighbouring text.</summary>
internal sealed class WordParts
{
    private readonly ImmutableArray<WordPart>.Builder _parts = ImmutableArray.CreateBuilder<WordPart>();
    private readonly StringBuilder _text = new();
    private bool? _quoted;

    public void Add(string text, bool quoted)
    {
        if (_quoted is { } before && before != quoted)
        {
            Flush();
        }

        _quoted = quoted;
        _text.Append(text);
    }

    public void Add(WordPart part)
    {
        Flush();
        _parts.Add(part);
    }

    public ImmutableArray<WordPart> ToImmutable()
    {
        Flush();
        return _parts.ToImmutable();
    }

    private void Flush()
    {
        if (_quoted is { } quoted)
        {
            _parts.Add(new LiteralPart(_text.ToString(), quoted));
            _text.Clear();
            _quoted = null;
        }
    }
}
