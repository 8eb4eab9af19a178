using System.Diagnostics;
using Berth.Acme.Dns;
using Berth.Kernel;
using Berth.Storage;

namespace Berth.Platform.LetsEncrypt.Challenges;

/// <summary>
/// A provider's files and programs are used as the owner of <c>DOKKU_ROOT</c>, whose settings name them: a root daemon must not lend its rights
/// to whoever may call <c>letsencrypt:set</c>. Any other daemon has only its own.
/// </summary>
internal sealed class OwnersRights(StateRoots roots) : DnsRights
{
    private FileOwner? Other => FileOwner.ToBecomeIn(roots.Home);

    public override T Use<T>(Func<T> action) => Other is { } owner ? BorrowedRights.Use(owner, action) : action();

    public override void Become(ProcessStartInfo start)
    {
        if (Other is { } owner)
        {
            var name = AccountName.Of(owner.User) ?? throw Nameless(owner).AsException();
            start.UserName = name;
            start.Environment["USER"] = start.Environment["LOGNAME"] = name;
            start.Environment["HOME"] = roots.Home;
        }
    }

    private Problem Nameless(FileOwner owner) => new(
        DnsProblems.SettingInvalid,
        $"EXEC_PATH is run as the owner of {roots.Home}, and the account number {owner.User} has no name.",
        "Give the folder to the account that is meant to run it, usually dokku.");
}
