namespace Berth.Storage;

/// <summary>The two folders all state lies in; they move with <c>DOKKU_ROOT</c> and <c>DOKKU_LIB_ROOT</c>.</summary>
/// <param name="Home">Apps, their VHOST and certificates; <c>/home/dokku</c> by default.</param>
/// <param name="Lib">Config, properties, data and plugins; <c>/var/lib/dokku</c> by default.</param>
public sealed record StateRoots(string Home, string Lib)
{
    /// <param name="variable">Looks up an environment variable; null or empty when it is not set.</param>
    public static StateRoots From(Func<string, string?> variable) => new(
        Folder(variable("DOKKU_ROOT"), "/home/dokku"),
        Folder(variable("DOKKU_LIB_ROOT"), "/var/lib/dokku"));

    private static string Folder(string? given, string otherwise) =>
        Path.TrimEndingDirectorySeparator(Path.GetFullPath(string.IsNullOrEmpty(given) ? otherwise : given));
}
