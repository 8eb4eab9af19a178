using Berth.Kernel;
using Berth.Platform.Builds;
using Berth.Platform.Processes;

namespace Berth.Platform.DockerOptions;

/// <summary>The process types that the release in service declares; for hints only, so what cannot be read declares nothing.</summary>
public sealed class DeclaredProcesses(ReleaseStore releases)
{
    /// <returns>Names of the Procfile; empty when there is no release, no Procfile, or none that can be read.</returns>
    public IReadOnlyList<string> Of(AppName app)
    {
        if (releases.Current(app) is not { } release)
        {
            return [];
        }

        try
        {
            return ReleaseFile.Read(releases.FolderOf(app, release), Path.Combine(releases.FolderOf(app, release), "Procfile")) is { } text
                ? [.. Procfile.Parse(text, "Procfile").Keys.Select(type => type.Text)]
                : [];
        }
        catch (Exception e) when (e is ProblemException or IOException or UnauthorizedAccessException)
        {
            // The deploy of this release is what reports a bad Procfile.
            return [];
        }
    }
}
