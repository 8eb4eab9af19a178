using System.Net;
using Berth.Acme.Looking;
using DnsClient;

namespace Berth.Acme.Dns;

/// <summary>Asks name servers, over UDP and, where an answer does not fit, over TCP. Nothing is kept: a record is looked at, not remembered.</summary>
public sealed class DnsQuestions
{
    private const int LargestAnswer = 1232;

    // A machine without any resolver says so when the client is made, or at the first question; it may get one later, so a failure is not kept.
    private readonly Lazy<LookupClient> _client;

    /// <param name="servers">Asked one after the other; empty for this machine's resolvers.</param>
    /// <param name="timeout">How long one of them may take.</param>
    /// <param name="retries">How often it is asked again.</param>
    /// <param name="recursion">False where it is asked for what it knows itself.</param>
    public DnsQuestions(IReadOnlyList<IPEndPoint> servers, TimeSpan timeout, int retries = 1, bool recursion = true) => _client = new(() =>
    {
        var options = servers.Count == 0 ? new LookupClientOptions() : new LookupClientOptions([.. servers]);
        options.UseCache = false;
        options.Timeout = timeout;
        options.Retries = retries;
        options.Recursion = recursion;
        options.ThrowDnsErrors = false;
        options.ContinueOnDnsError = true;
        options.UseTcpFallback = true;
        options.ExtendedDnsBufferSize = LargestAnswer;
        return new LookupClient(options);
    },
    LazyThreadSafetyMode.PublicationOnly);

    /// <summary>Puts one question. Whatever a server says or leaves unsaid, nothing is thrown for it.</summary>
    /// <param name="name">The name; aliases are the answer's.</param>
    /// <param name="type">The type of the records.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <returns>How it ended, and the answer; null when none came, or none that can be read.</returns>
    public async Task<(LookOutcome Outcome, IDnsQueryResponse? Answer)> AskAsync(string name, QueryType type, CancellationToken cancel)
    {
        try
        {
            var answer = await _client.Value.QueryAsync(name, type, cancellationToken: cancel);
            return (OutcomeOf(answer, type), answer);
        }
        // What a hostile server makes the library throw is an answer that cannot be read, whatever it is.
        catch (Exception e) when (e is not OperationCanceledException || !cancel.IsCancellationRequested)
        {
            return (LookOutcome.NoAnswer, null);
        }
    }

    /// <summary>A name as it is compared: lower case, no dot at its end.</summary>
    /// <param name="name">As an answer has it.</param>
    public static string Text(DnsString name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.Value.TrimEnd('.').ToLowerInvariant();
    }

    private static LookOutcome OutcomeOf(IDnsQueryResponse answer, QueryType type) => answer.Header.ResponseCode switch
    {
        DnsHeaderResponseCode.NoError when answer.Answers.Any(record => (int)record.RecordType == (int)type) => LookOutcome.Found,
        DnsHeaderResponseCode.NoError => LookOutcome.NoRecords,
        DnsHeaderResponseCode.NotExistentDomain => LookOutcome.NoSuchName,
        DnsHeaderResponseCode.ServerFailure => LookOutcome.ServerFailure,
        _ => LookOutcome.Refused,
    };
}
