using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Berth.Kernel;
using Berth.Storage;

namespace Berth.Platform.Networks;

/// <summary>
/// The networks of this server. Networks are Docker's, and the embedded scheduler runs every process on the host's own: what is made
/// here is a name to be kept, with the time it was made at, in <c>data/network/networks/&lt;name&gt;</c>.
/// </summary>
public sealed class NetworkStore(IStateStore store, TimeProvider time)
{
    private const int LengthLimit = 100;

    /// <summary>Those that every Docker Engine has; their names are taken.</summary>
    private static readonly (string Name, string Driver)[] Predefined = [("bridge", "bridge"), ("host", "host"), ("none", "null")];

    private static StatePath Folder { get; } = StatePath.Lib("data", "network", "networks");

    public static bool IsPredefined(string name) => Predefined.Any(each => each.Name == name);

    public static bool IsValid(string name) => name.Length is > 0 and <= LengthLimit && char.IsAsciiLetterOrDigit(name[0])
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-');

    public IReadOnlyList<Network> List() =>
        [.. Predefined.Select(each => new Network(each.Name, IdOf(each.Name), each.Driver, DateTimeOffset.UnixEpoch) { IsOwn = false })
            .Concat(store.List(Folder).Where(IsValid).Select(Own))
            .OrderBy(network => network.Name, StringComparer.Ordinal)];

    public Network? Find(string name) => List().FirstOrDefault(network => network.Name == name);

    /// <exception cref="ProblemException">The name is not valid, or taken.</exception>
    public async Task CreateAsync(string name, CancellationToken cancel)
    {
        if (!IsValid(name))
        {
            throw NetworkProblems.BadName(name).AsException();
        }

        using var held = await store.LockAsync("--network", cancel);
        if (Find(name) is not null)
        {
            throw NetworkProblems.Exists(name).AsException();
        }

        store.Write(Folder.Slash(name), time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
    }

    public async Task DestroyAsync(Network network, CancellationToken cancel)
    {
        using var held = await store.LockAsync("--network", cancel);
        store.Delete(Folder.Slash(network.Name));
    }

    private Network Own(string name)
    {
        _ = long.TryParse(store.Read(Folder.Slash(name)), NumberStyles.None, CultureInfo.InvariantCulture, out var made);
        return new Network(name, IdOf($"{name} {made}"), "bridge", DateTimeOffset.FromUnixTimeSeconds(Math.Min(made, DateTimeOffset.MaxValue.ToUnixTimeSeconds())));
    }

    private static string IdOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
