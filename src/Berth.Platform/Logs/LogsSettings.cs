using System.Globalization;
using Berth.Kernel;
using Berth.Platform.Properties;

namespace Berth.Platform.Logs;

/// <summary>
/// The settings of <c>logs:set</c>. <c>max-size</c> bounds each process's output file; those of Vector, which Dokku ships logs
/// with, are kept for it.
/// </summary>
public sealed class LogsSettings(PropertyStore properties)
{
    private const string MaxSize = "max-size";
    private const string Unlimited = "unlimited";

    public SettingTable Table { get; } = new(
        "logs",
        properties,
        new Setting("app-label-alias", "com.dokku.app-name") { Refuse = SettingValues.Name("app-label-alias") },
        new Setting(MaxSize, "10m") { Refuse = text => TryParse(text, out _, out var found) ? null : LogProblems.BadSetting(found) },
        new Setting("vector-cron-sink") { Refuse = RefuseSink },
        new Setting("vector-image", "timberio/vector:latest-debian")
        {
            ForApp = false,
            NotPerApp = "vector-image may only be set globally with --global",
        },
        new Setting("vector-networks")
        {
            ForApp = false,
            NotPerApp = "vector-networks may only be set globally with --global",
            Refuse = RefuseNetworks,
        },
        new Setting("vector-sink") { Refuse = RefuseSink });

    /// <returns>In bytes; a value edited by hand that is none counts as the default.</returns>
    public long MaxSizeOf(AppName app) => TryParse(Table.Effective(app, MaxSize), out var size, out _) ? size : 10 << 20;

    /// <summary>Reads <c>10m</c>: a number and k, m or g; or <c>unlimited</c>.</summary>
    /// <param name="text">The value.</param>
    /// <param name="bytes">What it means.</param>
    /// <param name="found">What is wrong with it, when something is.</param>
    internal static bool TryParse(string text, out long bytes, out string found)
    {
        (bytes, found) = (long.MaxValue, "");
        if (text == Unlimited)
        {
            return true;
        }

        var shift = text is [.., var unit] ? unit switch { 'k' => 10, 'm' => 20, 'g' => 30, _ => 0 } : 0;
        if (shift == 0)
        {
            found = "Invalid max-size unit measure, value must end in any of [k, m, g]";
            return false;
        }

        if (text.Length < 2)
        {
            found = "Invalid max-size value, must be a number followed by a unit of measure [k, m, g]";
            return false;
        }

        if (!int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number == 0)
        {
            found = $"Invalid max-size value, unable to convert number to int: {Printable.Of(text[..^1], 60)}";
            return false;
        }

        bytes = (long)number << shift;
        return true;
    }

    /// <summary>A sink holds credentials: reports for reading show only what kind it is.</summary>
    public static string Redacted(string sink) =>
        sink.Length == 0 ? "" : $"{sink.AsSpan(0, Math.Max(0, sink.IndexOf("://", StringComparison.Ordinal)))}://redacted";

    private static Problem? RefuseSink(string text)
    {
        var end = text.IndexOf("://", StringComparison.Ordinal);
        return end > 0 && text.AsSpan(0, end).IndexOfAnyExceptInRange('!', '~') < 0 && !text.Any(char.IsControl)
            && text.AsSpan(0, end).ToString().All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '+' or '.')
            ? null
            : LogProblems.BadSetting("Invalid vector sink: it must be a DSN such as console://?encoding[codec]=json");
    }

    private static Problem? RefuseNetworks(string text) => text.Split(',').Select(name => name.Trim()).Select(name => name switch
    {
        "" => LogProblems.BadSetting("Invalid vector-networks value, empty entry in comma-separated list"),
        "bridge" => LogProblems.BadSetting("Invalid vector-networks value, \"bridge\" is not a valid entry for vector-networks"),
        _ => SettingValues.Name("vector-networks")(name),
    }).FirstOrDefault(problem => problem is not null);
}
