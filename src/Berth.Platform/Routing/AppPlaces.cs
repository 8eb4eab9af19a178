using System.Text;
using Berth.Kernel;
using Berth.Storage;

namespace Berth.Platform.Routing;

/// <summary>The files that <see cref="AppFacts"/> are read from, looked at all at once: a look at each costs a microsecond, reading them a hundred.</summary>
internal sealed class AppPlaces
{
    private const int Longest = 64; // of the names below an app's folder

    private readonly Place _home;
    private readonly Place _config;
    private readonly Place _migrated;
    private readonly int _longestPrefix;

    /// <param name="store">Where they lie.</param>
    /// <param name="home">The folder of all apps, held open: each of very many looks then has a shorter way. Null goes by its path.</param>
    /// <param name="config">Likewise the folder of their variables.</param>
    public AppPlaces(IStateStore store, HeldFolder? home = null, HeldFolder? config = null)
    {
        _home = new Place(store.FileOf(StatePath.Home()), home);
        _config = new Place(store.FileOf(StatePath.Lib("config")), config);
        _migrated = new Place(store.FileOf(StatePath.Lib("config", "config")), null);
        _longestPrefix = Math.Max(_home.Prefix.Length, Math.Max(_config.Prefix.Length, _migrated.Prefix.Length));
    }

    /// <returns>The folder held; null where it is not there or cannot be.</returns>
    public static HeldFolder? TryHold(IStateStore store, StatePath folder)
    {
        try
        {
            return HeldFolder.TryOpen(store.FileOf(folder));
        }
        catch (IOException)
        {
            // By its path then; what that says is what counts.
            return null;
        }
    }

    /// <param name="app">Whose files.</param>
    /// <param name="newest">When one of them changed last, in nanoseconds since 1970.</param>
    public AppLook Look(AppName app, out long newest)
    {
        var look = new Looking(stackalloc byte[_longestPrefix + app.Text.Length + Longest]);
        look.Below(_home, app);
        look.At(""u8);
        look.At("/VHOST"u8);
        var hasOldConfig = look.At("/ENV"u8);
        if (look.At("/tls"u8))
        {
            look.At("/tls/server.crt"u8);
            look.At("/tls/server.key"u8);
            look.At("/tls/server.letsencrypt.crt"u8);
        }

        var renewal = 0UL;
        if (look.Stamp("/letsencrypt"u8) is var orders && orders != default)
        {
            renewal = orders.AddTo(0);
            look.At("/letsencrypt/certs/current"u8);
        }

        look.Below(_config, app);
        look.At("/ENV"u8);
        if (hasOldConfig)
        {
            // Whether that file counts.
            look.Below(_migrated, app);
            look.At("/env-migrated"u8);
        }

        newest = look.Newest;
        return new AppLook(look.Sum, renewal);
    }

    /// <summary>A folder with an entry for each app.</summary>
    private sealed class Place(string path, HeldFolder? held)
    {
        /// <summary>What stands in front of an app's name; nothing in a folder that is held.</summary>
        public byte[] Prefix { get; } = held is null ? Encoding.UTF8.GetBytes($"{path.TrimEnd('/')}/") : [];

        public int Folder { get; } = held?.Descriptor ?? Posix.AtCurrentDirectory;
    }

    private ref struct Looking(Span<byte> path)
    {
        private readonly Span<byte> _path = path;
        private int _folder;
        private int _length;

        public ulong Sum { get; private set; }

        public long Newest { get; private set; }

        public void Below(Place place, AppName app)
        {
            _folder = place.Folder;
            place.Prefix.CopyTo(_path);
            _length = place.Prefix.Length + Encoding.ASCII.GetBytes(app.Text, _path[place.Prefix.Length..]);
        }

        /// <returns>Whether something is there.</returns>
        public bool At(ReadOnlySpan<byte> name)
        {
            var stamp = Stamp(name);
            Sum = stamp.AddTo(Sum);
            return stamp != default;
        }

        public FileStamp Stamp(ReadOnlySpan<byte> name)
        {
            name.CopyTo(_path[_length..]);
            _path[_length + name.Length] = 0;
            var stamp = Posix.StampOf(_path[..(_length + name.Length + 1)], _folder);
            Newest = Math.Max(Newest, stamp.Changed);
            return stamp;
        }
    }
}
