using System.Collections.Concurrent;
using Berth.Acme.Challenges;
using Berth.Acme.Issuing;
using Berth.Acme.Protocol;
using Berth.Kernel;
using Berth.TestKit;

namespace Berth.Acme.Tests;

/// <summary>A client of the scripted authority; its answers are never looked at.</summary>
internal sealed class Guest(Uri directory) : IDisposable, IChallengeSolver, IProgress<IssuanceStep>
{
    internal Guest(ScriptedAuthority authority)
        : this(new Uri(authority.Url + "/dir")) => Http = LoopbackCertificate.CreateClient(authority.Certificate);

    internal AcmeClientOptions Options { get; set; } = new() { DirectoryUrl = directory, OutagePatience = TimeSpan.Zero };

    internal HttpClient Http { get; set; } = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false });

    internal TimeProvider Time { get; set; } = TimeProvider.System;

    /// <summary>Makes clients that judge the dates of the server's certificate as of another time, or not at all; null for none.</summary>
    internal Func<DateTimeOffset?, HttpClient>? AsOf { get; set; }

    internal TestJournal Journal { get; } = new();

    internal TestAccounts Accounts { get; } = new();

    internal ConcurrentQueue<ChallengeTask> Presented { get; } = new();

    internal ProofHistory History { get; } = new();

    /// <summary>Itself, an answer to HTTP-01, when null.</summary>
    internal IReadOnlyList<IChallengeSolver>? Solvers { get; set; }

    /// <summary>What is in service, the newest last.</summary>
    internal List<IssuedCertificate> Stored { get; } = [];

    internal ConcurrentQueue<IssuanceStep> Steps { get; } = new();

    public string Type => ChallengeType.Http01;

    public ValueTask<IAsyncDisposable> PresentAsync(ChallengeTask task, CancellationToken cancel)
    {
        Presented.Enqueue(task);
        return ValueTask.FromResult<IAsyncDisposable>(new MemoryStream());
    }

    public void Report(IssuanceStep value) => Steps.Enqueue(value);

    public void Dispose()
    {
        Http.Dispose();
    }

    internal Task<IssuedCertificate> IssueAsync(
        string name = "app.example", string? replaces = null, CancellationToken? cancel = null) =>
        IssueAsync(new IssuanceRequest { Names = [DomainName.Parse(name)], Replaces = replaces }, cancel);

    internal async Task<IssuedCertificate> IssueAsync(IssuanceRequest request, CancellationToken? cancel = null)
    {
        using var client = new AcmeClient(Options, Http, Accounts, Time, asOf: AsOf);
        return await IssueAsync(client, request, cancel ?? TestContext.Current.CancellationToken);
    }

    internal Task<IssuedCertificate> IssueAsync(AcmeClient client) =>
        IssueAsync(client, Customer.For("app.example"), TestContext.Current.CancellationToken);

    private Task<IssuedCertificate> IssueAsync(AcmeClient client, IssuanceRequest request, CancellationToken cancel) =>
        new Issuance(client, Journal, Solvers ?? [this], this, History).RunAsync(
            request,
            (certificate, _) =>
            {
                Stored.Add(certificate);
                return ValueTask.CompletedTask;
            },
            cancel);

    internal async Task<ProblemException> FailAsync(IssuanceRequest request) =>
        await Assert.ThrowsAsync<ProblemException>(() => IssueAsync(request));

    internal async Task<ProblemException> FailAsync() => await Assert.ThrowsAsync<ProblemException>(() => IssueAsync());
}
