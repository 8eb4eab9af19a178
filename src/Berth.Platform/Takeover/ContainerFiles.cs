using System.Globalization;
using System.Net;
using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Storage;

namespace Berth.Platform.Takeover;

/// <summary>Reads which containers a Dokku server started for an app. Nothing is ever written there: Dokku would need it to go back.</summary>
public sealed class ContainerFiles(IStateStore store)
{
    private const string Prefix = "CONTAINER.web.";
    private const int UsualPort = 5000;
    private const int Most = 100;

    /// <summary>The app's web containers in the order of their numbers' text; files that make no sense are passed over.</summary>
    public IReadOnlyList<DokkuContainer> Of(AppName app) =>
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
