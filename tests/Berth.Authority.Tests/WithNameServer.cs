using System.Globalization;
using Berth.Acme.Protocol;
using Berth.TestKit;

namespace Berth.Authority.Tests;

/// <summary>An authority that asks a name server of the test's own, BIND with the zone example.test.</summary>
public abstract class WithNameServer : IAsyncLifetime
{
    private protected AuthorityInScratch Authority { get; private set; } = null!;

    private protected ChallengeHost Host { get; private set; } = null!;

    private protected NameServer Dns { get; private set; } = null!;

    /// <summary>Lines of the zone, whose apex lets this authority in: the way up must not lead out of the zone, to servers that are not there.</summary>
    private protected virtual string Records => "www IN A 127.0.0.1";

    private protected virtual TimeProvider? Time => null;

    public virtual async ValueTask InitializeAsync()
    {
        Host = await ChallengeHost.StartAsync();
        Dns = await NameServer.StartBindAsync($"@ IN CAA 0 issue \"ca.example\"\n{Records}");
        Authority = await AuthorityInScratch.StartAsync(
            options => Change(options with { HttpPort = Host.Port, Resolvers = [Dns.Address], CaaIdentities = ["ca.example"] }), Time);
    }

    public virtual async ValueTask DisposeAsync()
    {
        await Authority.DisposeAsync();
        await Dns.DisposeAsync();
        await Host.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private protected virtual AuthorityOptions Change(AuthorityOptions options) => options;

    /// <summary>Adds records with someone else's program: <c>www 60 TXT "text"</c>, names below the zone.</summary>
    private protected Task AddAsync(params string[] records) => UpdateAsync(Dns, [.. records.Select(record => "add " + record)]);

    private protected static async Task UpdateAsync(NameServer server, params string[] changes)
    {
        var words = new List<string> { string.Create(CultureInfo.InvariantCulture, $"server 127.0.0.1 {server.Address.Port}"), $"zone {NameServer.Zone}" };
        words.AddRange(changes.Select(change => $"update {Absolute(change)}"));
        var result = await ExternalProgram.RunAsync(
            "nsupdate", ["-y", $"hmac-sha256:{NameServer.KeyName}:{NameServer.KeySecret}"], input: string.Join('\n', words.Append("send")) + "\n");
        Assert.True(result.Status == 0, result.ToString());
    }

    // "add www 60 …" means www.example.test.
    private static string Absolute(string change)
    {
        var words = change.Split(' ', 3);
        return $"{words[0]} {words[1]}.{NameServer.Zone}. {(words.Length > 2 ? words[2] : "")}";
    }

    /// <summary>Orders a name and sends the response to one challenge, after <paramref name="prepare"/> has seen it.</summary>
    private protected static async Task<(Order Order, string Url)> TryAsync(
        AcmeTestClient client, string name, string type, Func<Challenge, Task> prepare)
    {
        var (url, order) = await client.OrderAsync(name);
        var challenge = await client.ChallengeOfAsync(order.Authorizations[0], type);
        await prepare(challenge);
        await client.PostAsync(challenge.Url, "{}");
        return (await client.WaitAsync(url, AcmeJson.Default.Order, found => found.Status != "pending"), url);
    }

    private protected static string Proof(AcmeTestClient client, Challenge challenge) =>
        KeyAuthorization.Dns01Value(KeyAuthorization.Of(challenge.Token!, client.Key.Thumbprint));
}
