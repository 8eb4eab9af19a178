using Berth.Kernel;

namespace Berth.Platform.Apps;

/// <summary>
/// Which of an app's domains follow its new name: those it had from its name. <c>shop.example.com</c> of the app <c>shop</c> becomes
/// <c>store.example.com</c>; <c>shop.com</c>, which its owner bought, stays.
/// </summary>
public static class RenamedDomains
{
    /// <param name="vhost">The lines of the app's VHOST file; other lines are kept as they are.</param>
    /// <param name="from">The old name.</param>
    /// <param name="to">The new one.</param>
    /// <param name="globals">The server's own domains.</param>
    public static string In(string vhost, AppName from, AppName to, IReadOnlySet<string> globals)
    {
        var lines = vhost.Split('\n').Select(line => Of(line, from, to, globals));
        return string.Join('\n', lines);
    }

    private static string Of(string line, AppName from, AppName to, IReadOnlySet<string> globals)
    {
        var name = line.Trim();
        if (name == from.Text && from.Text.Contains('.'))
        {
            return to.Text.Contains('.') ? to.Text : line;
        }

        if (!name.StartsWith(from.Text + ".", StringComparison.Ordinal))
        {
            return line;
        }

        var rest = name[(from.Text.Length + 1)..];
        return globals.Contains(rest) || rest.Contains('.') ? $"{to}.{rest}" : line;
    }
}
