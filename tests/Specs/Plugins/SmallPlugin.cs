using Berth.TestKit;

namespace Berth.Specs.Plugins;

/// <summary>Writes a plugin's folder: a manifest, and scripts by their path in it.</summary>
internal static class SmallPlugin
{
    private const UnixFileMode Executable =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    /// <returns>The folder, <c>dokku-&lt;name&gt;</c> below <paramref name="parent"/>.</returns>
    public static async Task<string> WriteAsync(ScratchFolder parent, string name, params (string Path, string Script)[] scripts)
    {
        var folder = parent[$"dokku-{name}"];
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync($"{folder}/plugin.toml", $"[plugin]\ndescription = \"{name} of a test\"\nversion = \"1.2.3\"\n[plugin.config]\n");
        foreach (var (path, script) in scripts)
        {
            Directory.CreateDirectory(Path.GetDirectoryName($"{folder}/{path}")!);
            await File.WriteAllTextAsync($"{folder}/{path}", $"#!/usr/bin/env bash\nset -eo pipefail\n{script}\n");
            File.SetUnixFileMode($"{folder}/{path}", Executable);
        }

        return folder;
    }

    /// <summary>Makes the folder a git repository with one commit, tagged.</summary>
    public static async Task CommitAsync(string folder, string tag)
    {
        if (!Directory.Exists($"{folder}/.git"))
        {
            await ExternalProgram.SucceedAsync("git", ["init", "-q", "-b", "main", folder]);
        }

        await ExternalProgram.SucceedAsync("git", ["-C", folder, "add", "-A"]);
        await ExternalProgram.SucceedAsync("git", ["-C", folder, "-c", "user.name=T", "-c", "user.email=t@t", "commit", "-qm", tag]);
        await ExternalProgram.SucceedAsync("git", ["-C", folder, "tag", tag]);
    }

    /// <summary>Installs a plugin without its install trigger.</summary>
    public static async Task InstallAsync(BerthServer berth, string name, params (string Path, string Script)[] scripts)
    {
        using var scratch = new ScratchFolder();
        await berth.OkAsync("plugin:install", await WriteAsync(scratch, name, scripts), "--skip-install-trigger");
    }
}
