using System.Buffers;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Berth.Edge.Reading;
using Microsoft.AspNetCore.Http;

namespace Berth.Edge;

/// <summary>
/// A header value as nginx's users write it: text with variables in it, <c>$remote_addr</c>, <c>$scheme</c>, <c>$server_port</c>,
/// <c>$host</c>, <c>$proxy_add_x_forwarded_for</c> and <c>$http_…</c> for a header of the request.
/// </summary>
public sealed record ForwardedValue
{
    /// <summary>The longest text of one value, in characters.</summary>
    public const int Longest = 256;

    private const string HeaderPrefix = "http_";

    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_");

    private static readonly ImmutableArray<string> Known = ["remote_addr", "scheme", "server_port", "host", "proxy_add_x_forwarded_for"];

    private readonly ImmutableArray<Part> _parts;

    private ForwardedValue(string text, ImmutableArray<Part> parts) => (Text, _parts) = (text, parts);

    /// <summary>As it was written.</summary>
    public string Text { get; }

    /// <param name="text">As a user wrote it.</param>
    /// <param name="value">The parsed value.</param>
    /// <param name="reason">When false: what is wrong, as the end of a sentence.</param>
    public static bool TryParse(
        string text, [NotNullWhen(true)] out ForwardedValue? value, [NotNullWhen(false)] out string? reason)
    {
        value = null;
        reason = text.Length is 0 or > Longest ? $"it is empty or longer than {Longest} characters"
            : text.AsSpan().ContainsAnyExceptInRange(' ', '~') ? "it holds characters that no header may have"
            : null;
        if (reason is not null)
        {
            return false;
        }

        var parts = ImmutableArray.CreateBuilder<Part>();
        for (var rest = text.AsSpan(); !rest.IsEmpty;)
        {
            var end = rest[0] == '$' ? NameEnd(rest) : rest.IndexOf('$') is >= 0 and var dollar ? dollar : rest.Length;
            var part = rest[0] == '$' ? new Part(rest[1..end].ToString(), true) : new Part(rest[..end].ToString(), false);
            if (part.IsVariable && !Known.Contains(part.Text) && !(part.Text.Length > HeaderPrefix.Length && part.Text.StartsWith(HeaderPrefix, StringComparison.Ordinal)))
            {
                reason = $"'${part.Text}' is no variable the edge knows: ${string.Join(", $", Known)}, or $http_<header>";
                return false;
            }

            parts.Add(part);
            rest = rest[end..];
        }

        value = new ForwardedValue(text, parts.ToImmutable());
        return true;
    }

    public bool Equals(ForwardedValue? other) => other?.Text == Text;

    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => Text;

    /// <returns>The value for one request; empty when all its variables are.</returns>
    internal string For(HttpContext context, string visitor) => _parts is [var only]
        ? Evaluate(only, context, visitor)
        : string.Concat(_parts.Select(part => Evaluate(part, context, visitor)));

    private static int NameEnd(ReadOnlySpan<char> rest) =>
        rest[1..].IndexOfAnyExcept(NameCharacters) is >= 0 and var end ? end + 1 : rest.Length;

    private static string Evaluate(Part part, HttpContext context, string visitor) => part switch
    {
        { IsVariable: false } => part.Text,
        { Text: "remote_addr" } => visitor,
        { Text: "scheme" } => context.Request.Scheme,
        { Text: "server_port" } => context.Connection.LocalPort.ToString(CultureInfo.InvariantCulture),
        { Text: "host" } => new HostString(HostLine.Of(context.Request)).Host,
        { Text: "proxy_add_x_forwarded_for" } =>
            context.Request.Headers["X-Forwarded-For"].ToString() is { Length: > 0 } earlier ? $"{earlier}, {visitor}" : visitor,
        _ => context.Request.Headers[part.Text[HeaderPrefix.Length..].Replace('_', '-')].ToString(),
    };

    private sealed record Part(string Text, bool IsVariable);
}
