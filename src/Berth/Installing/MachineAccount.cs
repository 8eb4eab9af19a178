using System.Globalization;
using Berth.Kernel;

namespace Berth.Installing;

/// <summary>An account as <c>/etc/passwd</c> has it.</summary>
internal sealed record MachineAccount(string Name, FileOwner Owner, string Home)
{
    /// <returns>The account, or null when the text has none of that name.</returns>
    public static MachineAccount? FindIn(string passwd, string name)
    {
        foreach (var line in passwd.Split('\n'))
        {
            if (line.Split(':') is [var found, _, var user, var group, _, var home, ..] && found == name
                && uint.TryParse(user, NumberStyles.None, CultureInfo.InvariantCulture, out var userId)
                && uint.TryParse(group, NumberStyles.None, CultureInfo.InvariantCulture, out var groupId))
            {
                return new MachineAccount(name, new FileOwner(userId, groupId), home);
            }
        }

        return null;
    }
}
