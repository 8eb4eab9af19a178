namespace Berth.Platform.Processes.Commands;

/// <summary>The names an environment may hold: <c>^[A-Za-z_][A-Za-z0-9_]*$</c>.</summary>
internal static class VariableName
{
    public static bool IsValid(ReadOnlySpan<char> name)
    {
        if (name.IsEmpty || char.IsAsciiDigit(name[0]))
        {
            return false;
        }

        foreach (var c in name)
        {
            if (!IsPart(c))
            {
                return false;
            }
        }

        return true;
    }

    public static bool IsPart(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';
}
