using System.Diagnostics;

namespace Berth.TestKit;

/// <summary>
/// This machine once more, thrown away afterwards: the same files through an overlay, with processes, network and mounts of its own. What
/// a script installs, starts or breaks there is gone when it ends. Needs root; elsewhere <see cref="Missing"/> says why not.
/// </summary>
public sealed class ScratchMachine : IDisposable
{
    // Inside of new namespaces: everything is unmounted and killed with the first process.
    private const string Enter = """
        set -e
        mount -t tmpfs tmpfs "$1"
        mkdir "$1/upper" "$1/work" "$1/root"
        mount -t overlay overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$1/root"
        mount --rbind /dev "$1/root/dev"
        mkdir -p "$1/root$2" && mount --rbind "$2" "$1/root$2"
        if [ -n "$3" ]; then mkdir -p "$1/root$3" && mount --rbind "$3" "$1/root$3"; fi
        mount -t proc proc "$1/root/proc"
        mount -t tmpfs tmpfs "$1/root/run"
        mount -t tmpfs tmpfs "$1/root/tmp"
        ip link set lo up 2>/dev/null || ifconfig lo up 2>/dev/null || true
        export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin NO_COLOR=1 BERTH="$4" LC_ALL=C
        unset DOKKU_ROOT DOKKU_LIB_ROOT
        exec chroot "$1/root" bash -c "cd /tmp; $5"
        """;

    private static readonly string[] Namespaces = ["--mount", "--pid", "--net", "--ipc", "--uts", "--fork", "--kill-child"];
    private readonly ScratchFolder _folder = new();

    /// <summary>Null when there can be one here, else what is missing.</summary>
    public static string? Missing { get; } = Try();

    /// <summary>Runs a script in bash, with <c>$BERTH</c> naming the program under test, on a machine that nothing was done to yet.</summary>
    public Task<CommandResult> RunAsync(string script)
    {
        var program = Path.GetDirectoryName(BerthProgram.Path)!;
        var elsewhere = program.StartsWith(Checkout.Folder, StringComparison.Ordinal) ? "" : program;
        return ExternalProgram.RunAsync("unshare", [.. Namespaces, "bash", "-c", Enter, "enter", _folder.Path, Checkout.Folder, elsewhere, BerthProgram.Path, script]);
    }

    public void Dispose() => _folder.Dispose();

    private static string? Try()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return "only root can make another machine of this one";
        }

        using var folder = new ScratchFolder();
        using var process = Process.Start(new ProcessStartInfo("unshare", [.. Namespaces, "bash", "-c", Enter, "enter", folder.Path, Checkout.Folder, "", "", "true"])
        {
            RedirectStandardError = true,
        })!;
        var said = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? null : $"no namespaces or overlay here: {said}";
    }
}
