using Berth.Kernel;

namespace Berth.Installing;

/// <summary>
/// What was in the way of an installation, kept until it is put back. A file of a Debian package is diverted, so that an update of the
/// package does not put it over Berth; any other is moved to <see cref="Places.Replaced"/>.
/// </summary>
internal static class Replacements
{
    private const string DivertedEnding = ".replaced-by-berth";

    public static void SetAside(Machine machine, string path)
    {
        if (!Path.Exists(machine.At(path)) && new FileInfo(machine.At(path)).LinkTarget is null)
        {
            return;
        }

        if (IsPackaged(machine, path))
        {
            Machine.Run("dpkg-divert", "--local", "--rename", "--divert", path + DivertedEnding, "--add", path);
            return;
        }

        var kept = machine.At(Places.Replaced + path);
        PrivateFolder.Ensure(Path.GetDirectoryName(kept)!);
        File.Move(machine.At(path), kept, overwrite: true);
    }

    /// <summary>Whether something is kept that belongs at a path.</summary>
    public static bool HasFor(Machine machine, string path) => Path.Exists(machine.At(Places.Replaced + path)) || Path.Exists(machine.At(path + DivertedEnding));

    public static void PutBack(Machine machine, string path)
    {
        if (Path.Exists(machine.At(path + DivertedEnding)))
        {
            Machine.Run("dpkg-divert", "--local", "--rename", "--divert", path + DivertedEnding, "--remove", path);
        }
        else if (Path.Exists(machine.At(Places.Replaced + path)))
        {
            File.Move(machine.At(Places.Replaced + path), machine.At(path));
        }
    }

    private static bool IsPackaged(Machine machine, string path) =>
        machine.IsLive && Machine.FindProgram("dpkg-divert") is not null && Machine.TryRun("dpkg-query", "--search", path).Status == 0;
}
