using System.Collections.Concurrent;
using Berth.Acme.Challenges;
using Berth.Acme.Issuing;
using Berth.Acme.Protocol;
using Berth.Kernel;

namespace Berth.Acme.Tests;

/// <summary>A client of the scripted authority; its answers are never looked at.</summary>
internal sealed class Guest(Uri directory) : IDisposable, IChallengeSolver, IProgress<IssuanceStep>
{
    internal Guest(ScriptedAuthority authority)
        : this(new Uri(authority.Url + "/dir"))
    {
    }

    internal AcmeClientOptions Options { get; set; } = new() { DirectoryUrl = directory };

    internal HttpClient Http { get; set; } = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false });

    internal TestJournal Journal { get; } = new();

    internal TestAccounts Accounts { get; } = new();

    internal ConcurrentQueue<ChallengeTask> Presented { get; } = new();

    internal ConcurrentQueue<IssuanceStep> Steps { get; } = new();

    public string Type => ChallengeType.Http01;

    public ValueTask<IAsyncDisposable> PresentAsync(ChallengeTask task, CancellationToken cancel)
    {
        Presented.Enqueue(task);
        return ValueTask.FromResult<IAsyncDisposable>(new MemoryStream());
    }

    public void Report(IssuanceStep value) => Steps.Enqueue(value);

    public void Dispose() => Http.Dispose();

    internal async Task<IssuedCertificate> IssueAsync(
        string name = "app.example", string? replaces = null, CancellationToken? cancel = null)
    {
        using var client = new AcmeClient(Options, Http, Accounts, TimeProvider.System);
        return await new Issuance(client, Journal, [this], this).RunAsync(
            new IssuanceRequest { Names = [DomainName.Parse(name)], Replaces = replaces },
            (_, _) => ValueTask.CompletedTask,
            cancel ?? TestContext.Current.CancellationToken);
    }

    internal async Task<ProblemException> FailAsync() => await Assert.ThrowsAsync<ProblemException>(() => IssueAsync());
}
