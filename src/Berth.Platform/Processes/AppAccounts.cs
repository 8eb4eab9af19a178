using System.Globalization;
using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.Properties;
using Berth.Storage;

namespace Berth.Platform.Processes;

/// <summary>
/// The account each app runs as. A daemon that is root gives every app a number of its own that owns nothing but the app's release, so
/// that no app reads another's secrets or Berth's. A daemon that is not root cannot: its apps run as itself.
/// </summary>
public sealed class AppAccounts(IStateStore store, PropertyStore properties, AppCatalog apps)
{
    private const string Feature = "ps";
    private const string Key = "account";

    // Above what distributions and systemd hand out (65535), below what containers map (524288 and up).
    private const uint First = 200_000;
    private const UnixFileMode Pass = UnixFileMode.OtherExecute;

    /// <param name="app">Which app.</param>
    /// <param name="release">The folder it runs from.</param>
    /// <returns>The account, or null for the daemon's own.</returns>
    public RunAs? Of(AppName app, string release)
    {
        if (!CurrentUser.IsRoot)
        {
            return null;
        }

        if (CanReach(release))
        {
            var number = Number(app) ?? Allocate(app);
            return new RunAs(number, number);
        }

        return StandIn(app);
    }

    /// <summary>Whether a daemon that is root would run the app as root too, because no other account reaches its release.</summary>
    public bool IsRoots(AppName app, string release) => !CanReach(release) && StandIn(app) is null;

    // A trial below a folder that is closed to others, such as /root: the owner of the app's folder stands in.
    private RunAs? StandIn(AppName app) =>
        FileOwner.Of(store.FileOf(AppCatalog.FolderOf(app))) is { User: not 0 } owner ? new RunAs(owner.User, owner.Group) : null;

    /// <summary>Hands a release to the account that will run it.</summary>
    /// <exception cref="ProblemException">It cannot be done.</exception>
    public static void Give(string release, RunAs? account)
    {
        try
        {
            if (account is not null)
            {
                new FileOwner(account.User, account.Group).TakeTree(release);
            }
        }
        catch (IOException e)
        {
            throw KernelProblems.NotWritable(release, e).AsException(e);
        }
    }

    private static bool CanReach(string folder)
    {
        for (var parent = Path.GetDirectoryName(folder); parent is not null; parent = Path.GetDirectoryName(parent))
        {
            if (!File.GetUnixFileMode(parent).HasFlag(Pass))
            {
                return false;
            }
        }

        return true;
    }

    private uint Allocate(AppName app)
    {
        lock (properties)
        {
            var taken = apps.List().Select(Number).OfType<uint>().ToHashSet();
            var number = First;
            while (taken.Contains(number))
            {
                number++;
            }

            properties.Set(Feature, app.Text, Key, number.ToString(CultureInfo.InvariantCulture));
            return number;
        }
    }

    private uint? Number(AppName app) =>
        uint.TryParse(properties.Get(Feature, app.Text, Key), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && number >= First ? number : null;
}
