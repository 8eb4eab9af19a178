using System.Diagnostics.CodeAnalysis;

namespace Berth.Kernel;

/// <summary>An address a certificate authority may write to: one <c>@</c>, a host with a dot or a single label, no spaces.</summary>
public sealed record EmailAddress
{
    private EmailAddress(string text) => Text = text;

    public string Text { get; }

    public override string ToString() => Text;

    public static EmailAddress Parse(string text) =>
        TryParse(text, out var address) ? address : throw KernelProblems.InvalidEmail(text).AsException();

    /// <returns>Why the text is no address, or null when it is one.</returns>
    public static Problem? Refuse(string text) => IsValid(text.Trim()) ? null : KernelProblems.InvalidEmail(text);

    public static bool TryParse(string? text, [NotNullWhen(true)] out EmailAddress? address)
    {
        address = IsValid(text?.Trim()) ? new EmailAddress(text!.Trim()) : null;
        return address is not null;
    }

    // RFC 8555 §7.3 lets a server refuse hfields and several addresses in one mailto URL: so do we.
    private static bool IsValid(string? text)
    {
        if (text is not { Length: >= 3 and <= 254 } || text.AsSpan().ContainsAny(" \t\r\n,?;<>\"\\/"))
        {
            return false;
        }

        var at = text.IndexOf('@', StringComparison.Ordinal);
        return at > 0 && at == text.LastIndexOf('@')
            && Array.TrueForAll(text.ToCharArray(), c => c is > ' ' and < '\x7f')
            && DomainName.TryParse(text[(at + 1)..], out var host) && !host.IsWildcard;
    }
}
