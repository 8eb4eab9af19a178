using System.Runtime.InteropServices;

namespace Berth.Authority.Tests;

/// <summary>SoftHSM's tokens of this test run.</summary>
internal static partial class SoftHsm
{
    internal const string Module = "/usr/lib/softhsm/libsofthsm2.so";

    /// <summary>Where they are; this process looks there, too.</summary>
    internal static string Folder { get; } = Prepare();

    private static string Prepare()
    {
        var folder = Directory.CreateTempSubdirectory("berth-hsm-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(Path.Combine(folder, "tokens"));
        Kernel.AtomicFile.Write(Path.Combine(folder, "softhsm2.conf"), $"directories.tokendir = {folder}/tokens\nobjectstore.backend = file\nlog.level = ERROR\n");
        // The library asks the C library for its environment, which .NET's own does not reach.
        _ = SetVariable("SOFTHSM2_CONF", Path.Combine(folder, "softhsm2.conf"), 1);
        return folder;
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);
}
