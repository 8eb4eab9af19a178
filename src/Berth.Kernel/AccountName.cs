using System.Globalization;

namespace Berth.Kernel;

/// <summary>Finds the name of an account by its number, as the machine's own files and directory services know it.</summary>
public static class AccountName
{
    /// <returns>The name, or null when the number has none.</returns>
    public static string? Of(uint user) => Posix.NameOf(user);

    /// <returns>The name, or the number in decimal.</returns>
    public static string OrNumber(uint user) => Of(user) ?? user.ToString(CultureInfo.InvariantCulture);
}
