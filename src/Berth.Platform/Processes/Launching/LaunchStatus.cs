using System.Globalization;
using System.Text;
using Berth.Kernel;

namespace Berth.Platform.Processes.Launching;

/// <summary>The launcher's words to the daemon, over the pipe that was its standard error.</summary>
internal sealed class LaunchStatus
{
    /// <summary>Said right before the program takes over; alone it means success.</summary>
    private const string Going = "berth-launch going";

    private const string Failed = "berth-launch failed ";
    private readonly int _descriptor;

    private LaunchStatus(int descriptor) => _descriptor = descriptor;

    /// <summary>Moves the pipe out of the way of the program's standard error; it closes on exec.</summary>
    public static LaunchStatus TakeOver() => new(Libc.Control(2, Libc.DuplicateCloseOnExec, 3));

    public void Go() => Say(Going);

    /// <returns>The launcher's exit status: 127 as a shell gives it for a program that is missing, else 126.</returns>
    public int Fail(string step, int error, string reason)
    {
        Say(string.Create(CultureInfo.InvariantCulture, $"{Failed}{step} {error} {reason.ReplaceLineEndings(" ")}"));
        return error == Libc.NoSuchEntry ? 127 : 126;
    }

    /// <returns>Null when the program took over.</returns>
    public static LaunchFailure? Read(string said)
    {
        var going = false;
        foreach (var line in said.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith(Failed, StringComparison.Ordinal) && line[Failed.Length..].Split(' ', 3) is [var step, var error, var reason])
            {
                return new LaunchFailure(step, int.Parse(error, CultureInfo.InvariantCulture), reason);
            }

            going |= line == Going;
        }

        return going ? null : new LaunchFailure("start", 0, $"the launcher ended at once; it said '{Printable.Of(said.Trim())}'");
    }

    private unsafe void Say(string line)
    {
        var bytes = Encoding.UTF8.GetBytes(line + "\n");
        fixed (byte* start = bytes)
        {
            _ = Libc.Write(_descriptor, start, (nuint)bytes.Length);
        }
    }
}
