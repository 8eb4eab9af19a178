using System.Runtime.InteropServices;
using Berth.TestKit;

namespace Berth.Authority.Tests;

/// <summary>SoftHSM's token of this test run: the library looks for tokens once in a process, so there is one for all.</summary>
internal static partial class SoftHsm
{
    internal const string Module = "/usr/lib/softhsm/libsofthsm2.so";

    internal const string Pin = "123456";

    private static readonly Lazy<Task<string>> Made = new(MakeAsync);

    /// <returns>Its label.</returns>
    internal static Task<string> TokenAsync() => Made.Value;

    private static async Task<string> MakeAsync()
    {
        var settings = Prepare();
        await ExternalProgram.SucceedAsync(
            "softhsm2-util", ["--init-token", "--free", "--label", "berth", "--pin", Pin, "--so-pin", Pin],
            new Dictionary<string, string?> { ["SOFTHSM2_CONF"] = settings });
        return "berth";
    }

    private static string Prepare()
    {
        var folder = Directory.CreateTempSubdirectory("berth-hsm-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(Path.Combine(folder, "tokens"));
        Kernel.AtomicFile.Write(Path.Combine(folder, "softhsm2.conf"), $"directories.tokendir = {folder}/tokens\nobjectstore.backend = file\nlog.level = ERROR\n");
        // The library asks the C library for its environment, which .NET's own does not reach.
        _ = SetVariable("SOFTHSM2_CONF", Path.Combine(folder, "softhsm2.conf"), 1);
        return Path.Combine(folder, "softhsm2.conf");
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);
}
