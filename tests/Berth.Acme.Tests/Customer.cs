using System.Collections.Concurrent;
using Berth.Acme.Accounts;
using Berth.Acme.Challenges;
using Berth.Acme.Issuing;
using Berth.Kernel;
using Berth.TestKit;

namespace Berth.Acme.Tests;

/// <summary>A machine that wants certificates: what it keeps survives a client that ends.</summary>
internal sealed class Customer : IDisposable
{
    private readonly AcmeClientOptions _options;
    private readonly HttpClient _http;
    private RecordingHandler? _wire;

    internal Customer(PebbleServer pebble, ChallengeServer challenges, Func<AcmeClientOptions, AcmeClientOptions>? configure = null)
    {
        var options = new AcmeClientOptions { DirectoryUrl = pebble.DirectoryUrl, Email = EmailAddress.Parse("admin@example.com") };
        _options = configure?.Invoke(options) ?? options;
        _http = pebble.CreateClient(inner => _wire = new RecordingHandler(inner));
        Solver = new Http01Solver(challenges);
        Solvers = [Solver];
    }

    internal string? Email => _options.Email?.Text;

    internal TestAccounts Accounts { get; } = new();

    internal TestJournal Journal { get; } = new();

    internal ConcurrentQueue<IssuanceStep> Steps { get; } = new();

    internal List<IssuedCertificate> Stored { get; } = [];

    internal Http01Solver Solver { get; }

    internal IReadOnlyList<IChallengeSolver> Solvers { get; set; }

    internal Func<CancellationToken, Task>? BeforeOrder { get; set; }

    internal RecordingHandler Wire => _wire!;

    public void Dispose() => _http.Dispose();

    internal AcmeClient CreateClient(Action<string>? reached = null) =>
        new(_options, _http, Accounts, TimeProvider.System, reached);

    internal AcmeClient CreateClient(IAccountStore accounts, EmailAddress email) => new(_options with { Email = email }, _http, accounts, TimeProvider.System);

    /// <summary>One process's life: a fresh client that knows only what is stored.</summary>
    internal async Task<IssuedCertificate> IssueAsync(IssuanceRequest request, Action<string>? reached = null)
    {
        using var client = CreateClient(reached);
        return await new Issuance(client, Journal, Solvers, new StepKeeper(Steps), History) { BeforeOrder = BeforeOrder }.RunAsync(
            request,
            (certificate, _) =>
            {
                Stored.Add(certificate);
                return ValueTask.CompletedTask;
            },
            TestContext.Current.CancellationToken);
    }

    internal ProofHistory History { get; } = new();

    internal static IssuanceRequest For(params string[] names) => new() { Names = [.. names.Select(DomainName.Parse)] };

    internal static string UniqueName(string first = "app") => $"{first}-{Guid.NewGuid():N}.example";

    private sealed class StepKeeper(ConcurrentQueue<IssuanceStep> steps) : IProgress<IssuanceStep>
    {
        public void Report(IssuanceStep value) => steps.Enqueue(value);
    }
}
