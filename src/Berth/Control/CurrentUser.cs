using System.Runtime.InteropServices;

namespace Berth.Control;

/// <summary>The user this process runs as.</summary>
internal static partial class CurrentUser
{
    public static uint Id { get; } = EffectiveUser();

    public static bool IsRoot => Id == 0;

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();
}
