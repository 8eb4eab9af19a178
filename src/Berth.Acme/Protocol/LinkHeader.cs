namespace Berth.Acme.Protocol;

/// <summary>Reads <c>Link</c> headers (RFC 8288 §3). What is not understood is skipped; nothing is ever thrown.</summary>
public static class LinkHeader
{
    private const int MostLinks = 64;

    /// <param name="values">Each line of the header; a line may hold several links.</param>
    /// <returns>A link for each relation type, in the order found.</returns>
    public static IReadOnlyList<WebLink> Parse(IEnumerable<string> values)
    {
        List<WebLink> links = [];
        foreach (var value in values)
        {
            ParseLine(value, links);
        }

        return links;
    }

    private static void ParseLine(ReadOnlySpan<char> rest, List<WebLink> links)
    {
        while (links.Count < MostLinks)
        {
            var open = rest.IndexOf('<');
            if (open < 0 || rest[open..].IndexOf('>') is var length && length < 0)
            {
                return;
            }

            var target = rest.Slice(open + 1, length - 1).Trim();
            rest = rest[(open + length + 1)..];
            var end = EndOf(rest, ',');
            AddRelations(target.ToString(), rest[..end], links);
            rest = rest[end..];
        }
    }

    // The next delimiter outside quotes, or the end.
    private static int EndOf(ReadOnlySpan<char> text, char delimiter)
    {
        var quoted = false;
        for (var i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '"':
                    quoted = !quoted;
                    break;
                case '\\' when quoted:
                    i++;
                    break;
                case var c when c == delimiter && !quoted:
                    return i;
            }
        }

        return text.Length;
    }

    private static void AddRelations(string target, ReadOnlySpan<char> rest, List<WebLink> links)
    {
        while (!rest.IsEmpty)
        {
            var end = EndOf(rest, ';');
            var parameter = rest[..end].Trim();
            rest = rest[Math.Min(end + 1, rest.Length)..];
            var equals = parameter.IndexOf('=');
            if (equals < 0 || !parameter[..equals].TrimEnd().Equals("rel", StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            // The first rel parameter counts, later ones are ignored (§3.3).
            var relations = parameter[(equals + 1)..].Trim().Trim('"').ToString().ToLowerInvariant();
            links.AddRange(relations.Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Take(MostLinks - links.Count).Select(relation => new WebLink(target, relation)));
            return;
        }
    }
}
