using System.Runtime.InteropServices;
using Berth.Kernel;

namespace Berth.Platform.Processes.Launching;

/// <summary>The steps from a fresh child of the daemon to the app's program, in the order that makes them safe.</summary>
internal sealed unsafe class LaunchSteps(LaunchSpec spec, LaunchStatus status)
{
    private const int LastSignal = 64;
    private const string DefaultPath = "/usr/local/bin:/usr/bin:/bin";

    /// <returns>The exit status of a failed launch.</returns>
    public int Run()
    {
        // Fails only for a process that leads a group already, which then leads its session as well.
        _ = Libc.StartSession();
        Libc.CloseOnExecFrom(3);
        _ = Libc.SetUmask(0x12); // 022: what an app makes, others may read
        return Fail("log", OpenLog())
            ?? Fail("memory", ResetOutOfMemoryScore())
            ?? Fail("account", BecomeUser())
            ?? Fail("folder", Libc.ChangeFolder(spec.Folder), spec.Folder)
            // From here on no set-user-id program gives the app more than it has.
            ?? Fail("privileges", Libc.ProcessControl(Libc.SetNoNewPrivileges, 1, 0, 0, 0))
            ?? Execute();
    }

    private int? Fail(string step, int result, string what = "") => result >= 0
        ? null
        : status.Fail(step, Marshal.GetLastPInvokeError(), $"{what}{(what.Length > 0 ? ": " : "")}{step}: {Libc.ErrorOf(result)}");

    private int OpenLog()
    {
        // O_APPEND: several writers share the file, and it may be truncated under them.
        var log = Libc.Open(spec.LogFile, Libc.WriteOnly | Libc.Create | Libc.Append | Libc.CloseOnExec | Libc.NoFollow, 0x180); // 0600
        var nothing = Libc.Open("/dev/null", Libc.ReadOnly | Libc.CloseOnExec, 0);
        if (log < 0 || nothing < 0)
        {
            return -1;
        }

        // A program that opens /dev/stdout anew, as web servers do, needs the file to be its account's.
        if (spec.User is { } user && Libc.ChangeOwner(log, user.User, user.Group) < 0)
        {
            return -1;
        }

        return Math.Min(Libc.Duplicate(nothing, 0), Math.Min(Libc.Duplicate(log, 1), Libc.Duplicate(log, 2)));
    }

    /// <summary>The daemon may be shielded from the kernel's choice when memory runs out; its apps must not be.</summary>
    private static int ResetOutOfMemoryScore()
    {
        try
        {
            using var score = new FileStream("/proc/self/oom_score_adj", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
            score.Write("0"u8);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Only root may lower it again; then it was never raised above the daemon's.
        }

        return 0;
    }

    private int BecomeUser()
    {
        if (spec.User is not { } user)
        {
            return 0;
        }

        // Groups first: afterwards there is no right left to change them.
        return Libc.SetGroups(0, null) < 0 || Libc.SetGroup(user.Group, user.Group, user.Group) < 0
            ? -1
            : Libc.SetUser(user.User, user.User, user.User);
    }

    private int Execute()
    {
        var program = spec.Words[0];
        var (path, error) = Find(program);
        if (path is not null)
        {
            var arguments = Strings(spec.Words);
            var variables = Strings(spec.Variables);
            ClearSignals();
            status.Go();
            _ = Libc.Execute(path, arguments, variables);
            error = Marshal.GetLastPInvokeError();
        }

        var reason = Marshal.GetPInvokeErrorMessage(error);
        Console.Error.WriteLine($"{spec.Name}: cannot start {Printable.Of(program)}: {reason}");
        return status.Fail("program", error, reason);
    }

    /// <summary>Looks a program up as execvp does: with a slash it is a path, else the first executable on PATH.</summary>
    private (string? Path, int Error) Find(string program)
    {
        if (program.Contains('/', StringComparison.Ordinal))
        {
            return (program, 0);
        }

        var path = spec.Variables.FirstOrDefault(v => v.StartsWith("PATH=", StringComparison.Ordinal))?[5..] ?? DefaultPath;
        var error = Libc.NoSuchEntry;
        foreach (var folder in path.Split(':'))
        {
            var candidate = $"{(folder.Length == 0 ? "." : folder)}/{program}";
            if (File.Exists(candidate))
            {
                if (Libc.Access(Libc.CurrentFolder, candidate, Libc.Executable, Libc.EffectiveAccess) == 0)
                {
                    return (candidate, 0);
                }

                error = Libc.AccessDenied;
            }
        }

        return (null, error);
    }

    /// <summary>
    /// An ignored signal stays ignored over exec (the runtime ignores SIGPIPE), and so does a blocked one. Signals with a
    /// handler are left alone: exec resets them, and the runtime needs them until then.
    /// </summary>
    private static void ClearSignals()
    {
        // Larger than struct sigaction and sigset_t everywhere; the handler comes first and SIG_DFL is zero.
        var action = stackalloc byte[512];
        new Span<byte>(action, 512).Clear();
        var old = stackalloc byte[512];
        for (var signal = 1; signal <= LastSignal; signal++)
        {
            const nint ignored = 1; // SIG_IGN
            if (Libc.SignalAction(signal, null, old) == 0 && *(nint*)old == ignored)
            {
                _ = Libc.SignalAction(signal, action, null);
            }
        }

        _ = Libc.SignalMask(Libc.SetMask, action, null);
    }

    private static byte** Strings(IReadOnlyList<string> texts)
    {
        var list = (byte**)NativeMemory.AllocZeroed((nuint)(texts.Count + 1), (nuint)sizeof(nint));
        for (var i = 0; i < texts.Count; i++)
        {
            list[i] = (byte*)Marshal.StringToCoTaskMemUTF8(texts[i]);
        }

        return list;
    }
}
