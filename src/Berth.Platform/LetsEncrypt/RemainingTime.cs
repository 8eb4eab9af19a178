using System.Text;

namespace Berth.Platform.LetsEncrypt;

/// <summary>Writes a time span as the letsencrypt commands always did: <c>89d, 8h, 10s</c>, and <c>2h ago</c> when it has passed.</summary>
public static class RemainingTime
{
    public static string Format(TimeSpan span)
    {
        var seconds = (long)Math.Abs(Math.Truncate(span.TotalSeconds));
        var text = new StringBuilder(32);
        Add(text, seconds / 86400, 'd');
        Add(text, seconds / 3600 % 24, 'h');
        Add(text, seconds / 60 % 60, 'm');
        Add(text, seconds % 60, 's');
        return span.TotalSeconds <= -1 ? text.Append(" ago").ToString() : text.ToString();
    }

    private static void Add(StringBuilder text, long count, char unit)
    {
        if (count > 0)
        {
            text.Append(text.Length > 0 ? ", " : "").Append(count).Append(unit);
        }
    }
}
