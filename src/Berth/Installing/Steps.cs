using System.Security.Cryptography;
using System.Text;
using Berth.Kernel;

namespace Berth.Installing;

/// <summary>The kinds of steps that installing is made of. Each looks first and leaves alone what is right.</summary>
internal static class Steps
{
    private const UnixFileMode Runnable = PrivateFolder.PublicRead;

    /// <summary>A user without a password, and a group of its name.</summary>
    public static InstallStep Account(Machine machine) => new(
        () => machine.FindAccount(Places.Account) is null ? $"make user and group {Places.Account}, home {Places.Home}" : null,
        () =>
        {
            // A star, not an exclamation mark: no password fits, and yet the account is open to keys.
            string[] group = machine.HasGroup(Places.Account) ? ["--gid", Places.Account] : ["--user-group"];
            Machine.Run("useradd", [.. machine.AccountOptions, "--home-dir", Places.Home, "--no-create-home", "--shell=/bin/bash", "--comment", "", "--password", "*", .. group, Places.Account]);
        });

    /// <summary>Steps that are told of as one.</summary>
    public static InstallStep Together(string what, IReadOnlyList<InstallStep> steps) => new(
        () => steps.Any(step => step.Missing() is not null) ? what : null,
        () =>
        {
            foreach (var step in steps.Where(step => step.Missing() is not null))
            {
                step.Do();
            }
        });

    /// <summary>A folder of the account's; one that is there stays as it is.</summary>
    public static InstallStep Folder(Machine machine, string path, UnixFileMode mode) => new(
        () => Directory.Exists(machine.At(path)) ? null : $"make folder {path}",
        () =>
        {
            PrivateFolder.Ensure(machine.At(path), mode);
            machine.FindAccount(Places.Account)!.Owner.Take(machine.At(path));
        });

    /// <summary>A file of the account's that is made once and belongs to its owner from then on.</summary>
    public static InstallStep FirstFile(Machine machine, string path, string text, UnixFileMode mode) => new(
        () => File.Exists(machine.At(path)) ? null : $"write {path}",
        () =>
        {
            AtomicFile.Write(machine.At(path), text, mode);
            machine.FindAccount(Places.Account)!.Owner.Take(machine.At(path));
        });

    /// <summary>A file of root's that is always as this version has it.</summary>
    public static InstallStep OwnFile(Machine machine, string path, string text, UnixFileMode mode, Action<string>? check = null) => new(
        () => IsText(machine.At(path), text) ? null : $"write {path}",
        () =>
        {
            PrivateFolder.Ensure(Path.GetDirectoryName(machine.At(path))!, PrivateFolder.PublicRead);
            check?.Invoke(text);
            AtomicFile.Write(machine.At(path), text, mode);
        });

    /// <summary>This program, in its place. A build for development is linked to, since it is more than one file.</summary>
    public static InstallStep Program(Machine machine, string target)
    {
        var source = Environment.ProcessPath!;
        var isBuild = File.Exists(Path.ChangeExtension(source, ".dll"));
        return new(
            () => IsSameProgram(source, machine.At(target), isBuild) ? null : $"{(isBuild ? "link" : "copy")} the program to {target}",
            () =>
            {
                PrivateFolder.Ensure(Path.GetDirectoryName(machine.At(target))!, PrivateFolder.PublicRead);
                if (isBuild)
                {
                    AtomicFile.Link(machine.At(target), source);
                    return;
                }

                AtomicFile.Write(machine.At(target), File.ReadAllBytes(source), Runnable);
                var companion = Path.Combine(Path.GetDirectoryName(source)!, "libe_sqlite3.so");
                if (File.Exists(companion))
                {
                    AtomicFile.Write(machine.At(Path.Combine(Path.GetDirectoryName(target)!, "libe_sqlite3.so")), File.ReadAllBytes(companion), Runnable);
                }
            });
    }

    /// <summary>A second name of the program. What else has that name is kept aside.</summary>
    public static InstallStep Link(Machine machine, string path, string target) => new(
        () => IsLink(machine, path, target) ? null
            : Path.Exists(machine.At(path)) ? $"keep the old {path} in {Places.Replaced}, and link {path} to {target}"
            : $"link {path} to {target}",
        () =>
        {
            if (!IsOwnLink(machine, path))
            {
                Replacements.SetAside(machine, path);
            }

            PrivateFolder.Ensure(Path.GetDirectoryName(machine.At(path))!, PrivateFolder.PublicRead);
            AtomicFile.Link(machine.At(path), target);
        });

    /// <summary>Another program's file that would be found before ours.</summary>
    public static InstallStep Absent(Machine machine, string path) => new(
        () => Path.Exists(machine.At(path)) && !IsOwnLink(machine, path) ? $"keep the old {path} in {Places.Replaced}" : null,
        () => Replacements.SetAside(machine, path));

    /// <summary>A copied server has files of an account number that means nobody, or somebody else, here.</summary>
    public static InstallStep Ownership(Machine machine, string path) => new(
        () => Stranger(machine, path) is null ? null : $"hand what belongs to the owner of {path} to user {Places.Account}",
        () =>
        {
            var (from, to) = (Stranger(machine, path)!, machine.FindAccount(Places.Account)!.Owner);
            foreach (var folder in new[] { Places.Lib, path }.Select(machine.At).Where(Directory.Exists))
            {
                Handover(folder, from, to);
            }
        });

    /// <summary>Whether a path is a link to Berth's program, wherever that lies.</summary>
    public static bool IsOwnLink(Machine machine, string path) =>
        new FileInfo(machine.At(path)).LinkTarget is { } target && target.EndsWith("/berth", StringComparison.Ordinal);

    private static FileOwner? Stranger(Machine machine, string path) =>
        FileOwner.Of(machine.At(path)) is { } owner && owner.User != machine.FindAccount(Places.Account)?.Owner.User ? owner : null;

    private static void Handover(string folder, FileOwner from, FileOwner to)
    {
        var waiting = new Stack<string>([folder]);
        while (waiting.TryPop(out var path))
        {
            if (FileOwner.OfItself(path)?.User == from.User)
            {
                to.Take(path);
            }

            if (Directory.Exists(path) && new FileInfo(path).LinkTarget is null)
            {
                foreach (var inner in Directory.EnumerateFileSystemEntries(path))
                {
                    waiting.Push(inner);
                }
            }
        }
    }

    private static bool IsLink(Machine machine, string path, string target) => new FileInfo(machine.At(path)).LinkTarget == target;

    private static bool IsText(string path, string text) =>
        File.Exists(path) && new FileInfo(path).Length == Encoding.UTF8.GetByteCount(text) && File.ReadAllText(path) == text;

    private static bool IsSameProgram(string source, string target, bool isBuild)
    {
        if (isBuild)
        {
            return new FileInfo(target).LinkTarget == source;
        }

        return File.Exists(target) && new FileInfo(source).Length == new FileInfo(target).Length && Hash(source).AsSpan().SequenceEqual(Hash(target));
    }

    private static byte[] Hash(string path)
    {
        using var file = File.OpenRead(path);
        return SHA256.HashData(file);
    }
}
