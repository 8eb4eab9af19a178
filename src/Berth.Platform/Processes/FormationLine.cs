using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Berth.Platform.Processes;

/// <summary>One entry of a formation as it is typed and stored: <c>web=2</c>.</summary>
internal static class FormationLine
{
    public static bool TryParse(string text, [NotNullWhen(true)] out ProcessType? type, out int count)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        (type, count) = (null, 0);
        return equals > 0
            && ProcessType.TryParse(text[..equals], out type)
            && int.TryParse(text.AsSpan(equals + 1), NumberStyles.None, CultureInfo.InvariantCulture, out count)
            && count <= ProcessPlan.CountLimit;
    }
}
