using System.Collections.Immutable;
using System.Globalization;
using Berth.Kernel;
using Berth.Platform.Properties;
using Berth.Storage;

namespace Berth.Platform.Processes;

/// <summary>
/// How many instances of each type an app is to have: the list <c>config/ps/&lt;app&gt;/scale</c>, one <c>type=count</c> a line, and
/// whether its own <c>app.json</c> decides (<c>can-scale</c>). A server older than that list keeps <c>DOKKU_SCALE</c> in the app's folder;
/// that counts until the first change.
/// </summary>
public sealed class FormationStore(PropertyStore properties, IStateStore store)
{
    private const string Feature = "ps";
    private const string Key = "scale";
    private const string Older = "DOKKU_SCALE";
    private const string CanScaleKey = "can-scale";

    /// <returns>What was asked for; lines of other kinds count for nothing.</returns>
    public ImmutableSortedDictionary<ProcessType, int> Of(AppName app)
    {
        var formation = ImmutableSortedDictionary.CreateBuilder<ProcessType, int>();
        foreach (var line in (properties.Get(Feature, app.Text, Key) ?? store.Read(StatePath.Home(app.Text, Older)) ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (FormationLine.TryParse(line.Trim(), out var type, out var count))
            {
                formation[type] = count;
            }
        }

        return formation.ToImmutable();
    }

    /// <summary>What was asked for, completed: web once, other types not at all.</summary>
    public ImmutableSortedDictionary<ProcessType, int> Of(AppName app, IEnumerable<ProcessType> types) =>
        Default(types).SetItems(Of(app));

    /// <summary>What holds before anything is asked for.</summary>
    public static ImmutableSortedDictionary<ProcessType, int> Default(IEnumerable<ProcessType> types) =>
        types.ToImmutableSortedDictionary(type => type, type => type.ReceivesRequests ? 1 : 0);

    public void Save(AppName app, ImmutableSortedDictionary<ProcessType, int> formation) => properties.Set(
        Feature,
        app.Text,
        Key,
        string.Join('\n', formation.Select(pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Key}={pair.Value}"))));

    /// <summary>False while the app's own <c>app.json</c> says how many of each run.</summary>
    public bool CanScale(AppName app) => properties.Get(Feature, app.Text, CanScaleKey) != "false";

    /// <summary>Follows the <c>app.json</c> of a release that went live.</summary>
    /// <param name="app">The app.</param>
    /// <param name="wanted">What the file says of every type; null when it says nothing.</param>
    public void Follow(AppName app, ImmutableSortedDictionary<ProcessType, int>? wanted)
    {
        properties.Set(Feature, app.Text, CanScaleKey, wanted is null ? "" : "false");
        if (wanted is not null)
        {
            Save(app, wanted);
        }
    }
}
