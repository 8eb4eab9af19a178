using System.Xml;

namespace Berth.Acme.Dns.Providers;

/// <summary>Reads an XML answer as a flat list of elements, in order; no DTD, no entity, nothing from outside.</summary>
internal static class ProviderXml
{
    private static readonly XmlReaderSettings Settings = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        MaxCharactersInDocument = 16 * 1024 * 1024,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
    };

    /// <exception cref="XmlException">It is no XML.</exception>
    internal static IReadOnlyList<XmlPart> Parse(byte[] xml)
    {
        List<XmlPart> parts = [];
        Stack<XmlPart> open = [];
        using var reader = XmlReader.Create(new MemoryStream(xml, writable: false), Settings);
        while (reader.Read())
        {
            switch (reader.NodeType)
            {
                case XmlNodeType.Element:
                    var part = new XmlPart(reader.LocalName, open.TryPeek(out var parent) ? parent.Path + "/" : "");
                    parts.Add(part);
                    if (!reader.IsEmptyElement)
                    {
                        open.Push(part);
                    }

                    while (reader.MoveToNextAttribute())
                    {
                        part.Attributes[reader.LocalName] = reader.Value;
                    }

                    break;
                case XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace when open.TryPeek(out var holder):
                    holder.Text += reader.Value;
                    break;
                case XmlNodeType.EndElement:
                    open.Pop();
                    break;
            }
        }

        return parts;
    }
}

/// <summary>One element.</summary>
internal sealed class XmlPart(string name, string path)
{
    internal string Name { get; } = name;

    /// <summary>From the root, with slashes between.</summary>
    internal string Path { get; } = path + name;

    internal string Text { get; set; } = "";

    internal Dictionary<string, string> Attributes { get; } = new(StringComparer.Ordinal);
}
