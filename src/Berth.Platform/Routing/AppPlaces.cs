using System.Text;
using Berth.Kernel;
using Berth.Storage;

namespace Berth.Platform.Routing;

/// <summary>The files that <see cref="AppFacts"/> are read from, looked at all at once: a look at each costs a microsecond, reading them a hundred.</summary>
internal sealed class AppPlaces(IStateStore store)
{
    private const int Longest = 64; // of the names below an app's folder

    private readonly byte[] _home = Encoding.UTF8.GetBytes(store.FileOf(StatePath.Home()));
    private readonly byte[] _config = Encoding.UTF8.GetBytes(store.FileOf(StatePath.Lib("config")) + "/");
    private readonly byte[] _migrated = Encoding.UTF8.GetBytes(store.FileOf(StatePath.Lib("config", "config")) + "/");

    /// <param name="app">Whose files.</param>
    /// <param name="newest">When one of them changed last, in nanoseconds since 1970.</param>
    public AppLook Look(AppName app, out long newest)
    {
        var look = new Looking(stackalloc byte[Math.Max(_home.Length, _migrated.Length) + app.Text.Length + Longest]);
        look.Below(_home, app);
        look.At(""u8);
        look.At("/VHOST"u8);
        var hasOldConfig = look.At("/ENV"u8);
        if (look.At("/tls"u8))
        {
            look.At("/tls/server.crt"u8);
            look.At("/tls/server.key"u8);
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

    private ref struct Looking(Span<byte> path)
    {
        private readonly Span<byte> _path = path;
        private int _length;

        public ulong Sum { get; private set; }

        public long Newest { get; private set; }

        public void Below(ReadOnlySpan<byte> folder, AppName app)
        {
            folder.CopyTo(_path);
            _length = folder.Length + Encoding.ASCII.GetBytes(app.Text, _path[folder.Length..]);
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
            var stamp = Posix.StampOf(_path[..(_length + name.Length + 1)]);
            Newest = Math.Max(Newest, stamp.Changed);
            return stamp;
        }
    }
}
