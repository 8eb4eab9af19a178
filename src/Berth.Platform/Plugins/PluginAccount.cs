using Berth.Kernel;
using Berth.Platform.CommandLine;
using Berth.Storage;

namespace Berth.Platform.Plugins;

/// <summary>
/// Whose account plugin programs run under. A daemon that is root starts them as the owner of <c>DOKKU_ROOT</c> (on a server: dokku),
/// whoever calls; only what a plugin does on being installed, updated or removed runs as root, because only root may ask for that. Any
/// other daemon has no choice: they run as itself.
/// </summary>
internal static class PluginAccount
{
    /// <param name="caller">Who asked.</param>
    /// <param name="roots">Whose owner counts.</param>
    /// <returns>The account to become, or null for the one we have.</returns>
    /// <exception cref="ProblemException"><see cref="PluginProblems.AccountMissing"/>: it would be root's, and root did not ask.</exception>
    public static string? Of(Caller caller, StateRoots roots)
    {
        if (!CurrentUser.IsRoot)
        {
            return null;
        }

        var owner = FileOwner.ToBecomeIn(roots.Home)?.User ?? 0;
        var name = owner == 0 ? null : AccountName.Of(owner);
        return name is null && !caller.IsRoot ? throw PluginProblems.NoAccount(roots.Home, owner).AsException() : name;
    }
}
