using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Berth.Kernel;
using Berth.Storage;

namespace Berth.Platform.Registries;

/// <summary>
/// Credentials in Docker's own configuration file: <c>config/registry/&lt;app&gt;/config.json</c> for one app, <c>DOKKU_ROOT/.docker/config.json</c>
/// for all. What else the file holds stays as it is.
/// </summary>
public sealed class CredentialStore(IStateStore store)
{
    private const string Auths = "auths";

    public bool HasFile(AppName? app) => store.Exists(FileOf(app));

    /// <summary>Keeps a name and password for a server; who may read the file is its owner alone.</summary>
    public async Task SetAsync(AppName? app, RegistryServer server, string user, string password, CancellationToken cancel)
    {
        using var held = await store.LockAsync("--registry", cancel);
        var config = Read(app);
        var auths = Section(config, app);
        auths[server.Key] = new JsonObject { ["auth"] = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")) };
        store.Write(FileOf(app), config.ToJsonString() + "\n", AtomicFile.Private);
    }

    public async Task RemoveAsync(AppName? app, RegistryServer server, CancellationToken cancel)
    {
        using var held = await store.LockAsync("--registry", cancel);
        var config = Read(app);
        if (HasFile(app) && Section(config, app).Remove(server.Key))
        {
            store.Write(FileOf(app), config.ToJsonString() + "\n", AtomicFile.Private);
        }
    }

    private static StatePath FileOf(AppName? app) =>
        app is null ? StatePath.Home(".docker", "config.json") : StatePath.Lib("config", "registry", app.Text, "config.json");

    private JsonObject Read(AppName? app)
    {
        var file = FileOf(app);
        try
        {
            return store.Read(file) is { } text && text.Trim().Length > 0
                ? JsonNode.Parse(text) as JsonObject ?? throw RegistryProblems.Damaged(store.FileOf(file)).AsException()
                : [];
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            throw RegistryProblems.Damaged(store.FileOf(file)).AsException(e);
        }
    }

    private JsonObject Section(JsonObject config, AppName? app)
    {
        switch (config[Auths])
        {
            case JsonObject auths:
                return auths;
            case null:
                var made = new JsonObject();
                config[Auths] = made;
                return made;
            default:
                throw RegistryProblems.Damaged(store.FileOf(FileOf(app))).AsException();
        }
    }
}
