namespace Berth.Storage;

/// <summary>Where a document lies: a root and a path below it that cannot leave it.</summary>
public sealed record StatePath
{
    private StatePath(bool inLib, string relative) => (InLib, Relative) = (inLib, relative);

    /// <summary>True below <see cref="StateRoots.Lib"/>, false below <see cref="StateRoots.Home"/>.</summary>
    public bool InLib { get; }

    public string Relative { get; }

    /// <summary>A path below <c>DOKKU_ROOT</c>.</summary>
    public static StatePath Home(params ReadOnlySpan<string> segments) => new(false, Join(segments));

    /// <summary>A path below <c>DOKKU_LIB_ROOT</c>.</summary>
    public static StatePath Lib(params ReadOnlySpan<string> segments) => new(true, Join(segments));

    /// <summary>A path below this one.</summary>
    public StatePath Slash(params ReadOnlySpan<string> segments) =>
        new(InLib, Relative.Length == 0 ? Join(segments) : $"{Relative}/{Join(segments)}");

    public override string ToString() => Relative;

    private static string Join(ReadOnlySpan<string> segments)
    {
        foreach (var segment in segments)
        {
            if (segment is "" or "." or ".." || segment.AsSpan().ContainsAny('/', '\0'))
            {
                throw new ArgumentException($"'{segment}' is no path segment", nameof(segments));
            }
        }

        return string.Join('/', segments);
    }
}
