using System.Globalization;
using System.Net;
using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Storage;

namespace Berth.Platform.Takeover;

/// <summary>Reads which containers a Dokku server started for an app. Nothing is ever written there: Dokku would need it to go back.</summary>
public sealed class ContainerFiles(IStateStore store, TimeProvider time)
{
    private const string Prefix = "CONTAINER.web.";
    private const int UsualPort = 5000;
    private const int Most = 100;
    private static readonly string[] Kinds = [Prefix, "IP.web.", "PORT.web."];
    private readonly Remembered<IReadOnlyList<DokkuContainer>> _containers = new(store.Watch, time);

    /// <summary>The app's web containers in the order of their numbers' text; files that make no sense are passed over.</summary>
    public IReadOnlyList<DokkuContainer> Of(AppName app) => _containers.Get(app.Text, () => Telling(app), () => ReadAll(app));

    /// <summary>Whether there may be any, by the names of the files.</summary>
    public bool HasAny(AppName app) => store.List(AppCatalog.FolderOf(app)).Any(name => name.StartsWith(Prefix, StringComparison.Ordinal));

    private string[] Telling(AppName app)
    {
        var folder = AppCatalog.FolderOf(app);
        return
        [
            store.FileOf(folder),
            .. store.List(folder).Where(name => Kinds.Any(kind => name.StartsWith(kind, StringComparison.Ordinal))).Select(name => store.FileOf(folder.Slash(name))),
        ];
    }

    private IReadOnlyList<DokkuContainer> ReadAll(AppName app) =>
    [
        .. store.List(AppCatalog.FolderOf(app)).Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)).Take(Most)
            .Select(name => Read(app, name[Prefix.Length..])).OfType<DokkuContainer>(),
    ];

    private DokkuContainer? Read(AppName app, string number)
    {
        var id = Line(app, Prefix + number);
        return id is { Length: >= 12 and <= 64 } && id.All(char.IsAsciiHexDigitLower) && IPAddress.TryParse(Line(app, $"IP.web.{number}"), out var address)
            ? new DokkuContainer(id, new IPEndPoint(address, PortOf(Line(app, $"PORT.web.{number}"))))
            : null;
    }

    private string? Line(AppName app, string name) => store.Read(AppCatalog.FolderOf(app).Slash(name))?.Trim();

    private static int PortOf(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65535 ? port : UsualPort;
}
