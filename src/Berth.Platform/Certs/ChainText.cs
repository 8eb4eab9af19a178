using System.Security.Cryptography;
using Berth.Kernel;

namespace Berth.Platform.Certs;

/// <summary>Certificates as the text of a file: what tells one leaf from another, and whether a chain is all there.</summary>
public static class ChainText
{
    /// <summary>The first certificate's text: Dokku's plugin appends the chain in one file and not in the other.</summary>
    public static string? LeafIn(string? pem) =>
        pem is not null && PemEncoding.TryFind(pem, out var found) && pem[found.Label] == "CERTIFICATE"
            ? WithoutSpace(pem.AsSpan(found.Base64Data))
            : null;

    // Few visitors would find the intermediates elsewhere. Others than were issued, or fewer, are their owner's affair.
    internal static bool IsCut(string chain, string? issued) =>
        issued is not null && issued != chain && LeafIn(issued) == LeafIn(chain) && HasIntermediate(issued) && !HasIntermediate(chain);

    private static bool HasIntermediate(string chain) =>
        PemEncoding.TryFind(chain, out var leaf) && CertificateFields.TryRead(chain.AsSpan(leaf.Location.End.Value), out _);

    private static string WithoutSpace(ReadOnlySpan<char> text)
    {
        var kept = new char[text.Length];
        var length = 0;
        foreach (var c in text)
        {
            if (!char.IsWhiteSpace(c))
            {
                kept[length++] = c;
            }
        }

        return new string(kept, 0, length);
    }
}
