using System.Numerics;
using System.Text;
using Berth.Kernel;

namespace Berth.Platform.Cron;

/// <summary>A command and when it is due.</summary>
/// <param name="Id">Made of app, command and schedule: the same as long as they are.</param>
/// <param name="Command">What app.json says; it is shown, never handed to a shell.</param>
/// <param name="Schedule">As written.</param>
public sealed record CronTask(string Id, string Command, string Schedule)
{
    /// <summary><c>allow</c>, <c>forbid</c> or <c>replace</c>: what happens when the last run has not ended.</summary>
    public string ConcurrencyPolicy { get; init; } = "allow";

    public bool AppInMaintenance { get; init; }

    public bool TaskInMaintenance { get; init; }

    /// <summary>Whether it must not run.</summary>
    public bool InMaintenance => AppInMaintenance || TaskInMaintenance;

    /// <returns>The id of an app's task: the bytes of <c>app===command===schedule</c> as one number to the base 36.</returns>
    public static string IdOf(AppName app, string command, string schedule) => Base36(Encoding.UTF8.GetBytes($"{app}==={command}==={schedule}"));

    internal static string Base36(ReadOnlySpan<byte> bytes)
    {
        var zeros = bytes.IndexOfAnyExcept((byte)0) is >= 0 and var leading ? leading : bytes.Length;
        var (number, digits) = (new BigInteger(bytes, isUnsigned: true, isBigEndian: true), new StringBuilder());
        while (!number.IsZero)
        {
            (number, var digit) = BigInteger.DivRem(number, 36);
            digits.Insert(0, "0123456789abcdefghijklmnopqrstuvwxyz"[(int)digit]);
        }

        return digits.Insert(0, "0", zeros).ToString();
    }
}
