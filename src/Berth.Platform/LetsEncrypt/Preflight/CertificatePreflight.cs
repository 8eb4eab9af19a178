using System.Net;
using Berth.Acme;
using Berth.Edge;
using Berth.Kernel;
using Berth.Platform.LetsEncrypt.Lineages;
using Berth.Platform.LetsEncrypt.Orders;

namespace Berth.Platform.LetsEncrypt.Preflight;

/// <summary>
/// Looks at everything an authority will look at, before it is asked: names in parallel, in bounded time. What it cannot know from here
/// it says so; only what is certain stops a name, and no name stops another.
/// </summary>
public sealed class CertificatePreflight(AcmeClients clients, EdgeServer edge, TimeProvider time)
{
    /// <summary>The subject of what concerns the server, and the check of whether it answers at all.</summary>
    internal const string Server = "server";

    private const int AtOnce = 8;

    // For each so many names, as each may wait for a port that drops what it is sent; and for all of them.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan LongestLimit = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan ServerPatience = TimeSpan.FromSeconds(8);

    /// <returns>What was found, of the server first, then name by name.</returns>
    public async Task<IReadOnlyList<PreflightFinding>> LookAsync(PreflightScope scope, CancellationToken cancel)
    {
        var server = await ServerAsync(scope, cancel);
        using var limit = new CancellationTokenSource(LimitOf(scope.Names.Count + scope.Addresses.Count), time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, limit.Token);
        var checks = new NameChecks(scope, server, edge, Addresses.OfThisMachine());
        var found = new IReadOnlyList<PreflightFinding>[scope.Names.Count + scope.Addresses.Count];
        await Parallel.ForAsync(0, found.Length, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel }, async (i, _) =>
            found[i] = await BoundedAsync(
                i < scope.Names.Count ? scope.Names[i].Text : scope.Addresses[i - scope.Names.Count].ToString(),
                () => i < scope.Names.Count
                    ? checks.OfNameAsync(scope.Names[i], either.Token)
                    : checks.OfAddressAsync(scope.Addresses[i - scope.Names.Count], either.Token),
                cancel));
        return [.. OfServer(scope, server), .. found.SelectMany(findings => findings)];
    }

    private static TimeSpan LimitOf(int names) => Spans.Shorter(Limit * Math.Max(1, (names + AtOnce - 1) / AtOnce), LongestLimit);

    /// <summary>What keeps a server from being asked at all, as long as that lasts; null where it answers and takes the account, or the clock here is to blame.</summary>
    public async Task<Problem?> WhyNotAskedAsync(PreflightScope scope, CancellationToken cancel) =>
        await ServerAsync(scope, cancel) is var view && view.Failure is { } failure && failure.Code != AcmeProblems.ClockWrong ? failure
        : view.Account is { } account && ServerChoice.IsServersFault(account.AsException()) ? account
        : null;

    private static async Task<IReadOnlyList<PreflightFinding>> BoundedAsync(
        string subject, Func<Task<IReadOnlyList<PreflightFinding>>> look, CancellationToken cancel)
    {
        try
        {
            return await look();
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return [PreflightFinding.Note(subject, IPAddress.TryParse(subject, out _) ? "http" : "dns", $"looking at {subject} took too long and was ended")];
        }
    }

    private async Task<ServerView> ServerAsync(PreflightScope scope, CancellationToken cancel)
    {
        using var limit = new CancellationTokenSource(ServerPatience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, limit.Token);
        var client = clients.ClientOf(scope.Directory, scope.Email, scope.Binding);
        try
        {
            var directory = await (scope.AsksServer ? client.AskDirectoryAsync(either.Token) : client.GetDirectoryAsync(either.Token));
            var account = await clients.AccountUrlOfAsync(scope.Directory, scope.Email, cancel);
            return new ServerView(null, directory.Meta?.CaaIdentities ?? Usual(scope.Directory), account, client.ClockSkew)
            {
                Profiles = [.. directory.Meta?.Profiles?.Keys ?? Array.Empty<string>()],
                Account = scope.AsksServer && await client.WhyNoAccountAsync(either.Token) is { } why ? LetsEncryptProblems.OfAccount(scope.App.Text, scope.ServerWord, why) : null,
            };
        }
        catch (ProblemException e)
        {
            return new ServerView(e.Problem, Usual(scope.Directory), null, client.ClockSkew);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return new ServerView(LetsEncryptProblems.ServerSlow(scope.Directory), Usual(scope.Directory), null, null);
        }
    }

    private static IReadOnlyList<string> Usual(Uri directory) => AcmeServers.IsLetsEncrypt(directory) ? ["letsencrypt.org"] : [];

    private static IEnumerable<PreflightFinding> OfServer(PreflightScope scope, ServerView server)
    {
        var isClocks = server.Failure?.Code == AcmeProblems.ClockWrong;
        yield return server.Failure is { } failure
            ? PreflightFinding.Bad(Server, isClocks ? "clock" : Server, failure.Found, failure.Remedy)
            : PreflightFinding.Ok(Server, Server, $"{scope.Directory.Authority} answers");
        if (scope.Profile is { } profile && server.Profiles?.Contains(profile) == false)
        {
            var problem = AcmeProblems.NoSuchProfile(scope.Directory.Authority, profile, server.Profiles);
            yield return scope.ProfileIsRequired
                ? PreflightFinding.Bad(Server, "profile", problem.Found, problem.Remedy)
                : PreflightFinding.Note(Server, "profile", $"{problem.Found.TrimEnd('.')}: ordered without one");
        }

        if (server.Account is { } why)
        {
            yield return PreflightFinding.Bad(Server, "account", why.Found, why.Remedy);
        }

        if (server is { Failure: null, ClockSkew: { } skew })
        {
            yield return ClockWords.IsWrong(skew)
                ? PreflightFinding.Bad(Server, "clock", ClockWords.Of(skew), ClockWords.Remedy)
                : PreflightFinding.Ok(Server, "clock", ClockWords.Of(skew));
        }
    }
}
