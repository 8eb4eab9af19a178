using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Berth.Authority.Audit;

/// <summary>Writes an event as one JSON object on one line, and chains it into a log.</summary>
internal static class AuditText
{
    private const int HashLength = 64;
    private const string HashStart = ",\"hash\":\"";

    /// <param name="id">Unique, so that an event is not written twice.</param>
    /// <param name="at">When.</param>
    /// <param name="actor">Who.</param>
    /// <param name="action">What: <c>certificate-issued</c>.</param>
    /// <param name="facts">About what; values of strangers are escaped as JSON has it.</param>
    internal static string Of(string id, DateTimeOffset at, string actor, string action, IEnumerable<(string Name, string Value)> facts) => Write(writer =>
    {
        writer.WriteString("id", id);
        writer.WriteString("at", at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture));
        writer.WriteString("actor", actor);
        writer.WriteString("action", action);
        foreach (var (name, value) in facts)
        {
            writer.WriteString(name, value);
        }
    });

    /// <returns>The line without its end: number and the hash before in front, its own hash at the end; and that hash.</returns>
    internal static (string Line, string Hash) Chained(string text, long number, string previous)
    {
        var content = Write(writer =>
        {
            writer.WriteNumber("number", number);
            writer.WriteString("previous", previous);
        });
        content = text.Length > 2 ? content[..^1] + "," + text[1..] : content;
        var hash = HashOf(content);
        return (content[..^1] + HashStart + hash + "\"}", hash);
    }

    /// <returns>The hash a line bears, or null when it is none of ours or was changed.</returns>
    internal static string? CheckedHash(string line)
    {
        var tail = HashStart.Length + HashLength + 2;
        if (line.Length <= tail || !line.AsSpan(line.Length - tail).StartsWith(HashStart, StringComparison.Ordinal))
        {
            return null;
        }

        var hash = line[^(HashLength + 2)..^2];
        return HashOf(line[..^tail] + "}") == hash ? hash : null;
    }

    private static string HashOf(string content) => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(content)));

    private static string Write(Action<Utf8JsonWriter> body)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            body(writer);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }
}
