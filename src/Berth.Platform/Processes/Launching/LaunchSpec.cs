using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Berth.Platform.Processes.Launching;

/// <summary>
/// What the launcher is to do. It travels over a pipe: an argument would show to every account of the machine, and the app's
/// own variables must not reach the launcher's environment, where LD_PRELOAD and the like would run as the daemon's account.
/// </summary>
/// <param name="Name">As in logs: <c>web.1</c>.</param>
/// <param name="LogFile">Made when missing; gets what the program prints.</param>
/// <param name="Folder">Where the program starts.</param>
/// <param name="User">The account to become, or null.</param>
/// <param name="Words">Program and arguments.</param>
/// <param name="Variables">The whole environment, as <c>NAME=value</c>.</param>
internal sealed record LaunchSpec(
    string Name, string LogFile, string Folder, RunAs? User, ImmutableArray<string> Words, ImmutableArray<string> Variables)
{
    /// <summary>Linux takes less for arguments and environment together; what is larger fails later with a clear E2BIG.</summary>
    public const int SizeLimit = 8 * 1024 * 1024;

    private const string Magic = "berth-launch 1";

    /// <returns>Fields that end in NUL each: no argument, path or variable can hold one.</returns>
    public byte[] Encode()
    {
        string[] fields =
        [
            Magic, Name, LogFile, Folder, User is null ? "" : Invariant($"{User.User}:{User.Group}"),
            Invariant($"{Words.Length}"), .. Words, Invariant($"{Variables.Length}"), .. Variables, Magic,
        ];
        return Encoding.UTF8.GetBytes(string.Join('\0', fields) + '\0');
    }

    /// <returns>Null for anything that is not one whole specification: the daemon died while writing.</returns>
    public static LaunchSpec? Decode(ReadOnlySpan<byte> bytes)
    {
        var fields = new Queue<string>(Encoding.UTF8.GetString(bytes).Split('\0'));
        if (fields.Count < 9 || fields.Dequeue() != Magic)
        {
            return null;
        }

        var (name, log, folder, user) = (fields.Dequeue(), fields.Dequeue(), fields.Dequeue(), fields.Dequeue());
        return TakeList(fields) is { } words && TakeList(fields) is { } variables
            && fields.TryDequeue(out var end) && end == Magic && fields is { Count: 1 } && words.Length > 0
            ? new LaunchSpec(name, log, folder, ParseUser(user), words, variables)
            : null;
    }

    private static RunAs? ParseUser(string text) => text.Split(':') is [var user, var group]
        ? new RunAs(uint.Parse(user, CultureInfo.InvariantCulture), uint.Parse(group, CultureInfo.InvariantCulture))
        : null;

    private static ImmutableArray<string>? TakeList(Queue<string> fields)
    {
        if (!fields.TryDequeue(out var text) || !int.TryParse(text, CultureInfo.InvariantCulture, out var count) || count > fields.Count)
        {
            return null;
        }

        var list = ImmutableArray.CreateBuilder<string>(count);
        for (var i = 0; i < count; i++)
        {
            list.Add(fields.Dequeue());
        }

        return list.MoveToImmutable();
    }

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
