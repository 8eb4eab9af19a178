using Berth.Kernel;

namespace Berth.Edge;

/// <summary>Where a log is written: one file, or a file for each app that is named after it, so that the hosts of very many apps share one place.</summary>
/// <param name="Start">The file's path, or what stands in front of the app's name in it.</param>
/// <param name="End">What follows the app's name; null for one file.</param>
public sealed record LogPlace(string Start, string? End = null)
{
    /// <summary>The file that an app's lines are written to.</summary>
    public string FileOf(AppName app) => End is null ? Start : $"{Start}{app}{End}";
}
