namespace Berth.Authority;

/// <summary>A place where programs look up which roots to trust. Installing twice and uninstalling what is not there change nothing.</summary>
internal interface ITrustStore
{
    /// <summary>For messages: <c>System store /usr/local/share/ca-certificates</c>.</summary>
    string Title { get; }

    /// <returns>Why not, or null when it is there.</returns>
    string? Install(string name, string file);

    /// <returns>Why not, or null when it is gone.</returns>
    string? Uninstall(string name);
}
