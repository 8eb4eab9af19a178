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
            var end = EndOfLink(rest);
            AddRelations(target.ToString(), rest[..end], links);
            rest = rest[end..];
        }
    }

    // The next comma outside quotes.
    private static int EndOfLink(ReadOnlySpan<char> parameters)
    {
        var quoted = false;
        for (var i = 0; i < parameters.Length; i++)
        {
            switch (parameters[i])
            {
                case '"':
                    quoted = !quoted;
                    break;
                case '\\' when quoted:
                    i++;
                    break;
                case ',' when !quoted:
                    return i;
            }
        }

        return parameters.Length;
    }

    private static void AddRelations(string target, ReadOnlySpan<char> parameters, List<WebLink> links)
    {
        foreach (var range in parameters.Split(';'))
        {
            var parameter = parameters[range].Trim();
            var equals = parameter.IndexOf('=');
            if (equals < 0 || !parameter[..equals].TrimEnd().Equals("rel", StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            // The first rel parameter counts, later ones are ignored (§3.3).
            foreach (var relation in parameter[(equals + 1)..].Trim().Trim('"').ToString().ToLowerInvariant().Split(
                ' ', StringSplitOptions.RemoveEmptyEntries))
            {
                links.Add(new WebLink(target, relation));
            }

            return;
        }
    }
}
