using System.Collections.Immutable;
using System.Net;
using Berth.Acme.Protocol;
using DnsClient;
using DnsClient.Protocol;

namespace Berth.Authority.Validation;

/// <summary>Asks one resolver, over UDP and, where an answer does not fit, over TCP; nothing is cached: a proof is looked at, not remembered.</summary>
internal sealed class DnsQuestions
{
    private const int MostAliases = 16;
    private const int LargestAnswer = 1232;
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(3);

    private readonly Lazy<LookupClient> _client;
    private readonly string _place;

    /// <param name="resolver">Null for those of the system.</param>
    internal DnsQuestions(IPEndPoint? resolver)
    {
        _place = resolver is null ? "the system's resolver" : $"resolver {resolver}";
        _client = new(() => new LookupClient(Common(resolver is null ? new LookupClientOptions() : new LookupClientOptions(resolver))));
    }

    /// <summary>The records of a type at a name, aliases followed.</summary>
    /// <returns>Empty when the name or the type is not there.</returns>
    /// <exception cref="ValidationFailure">No answer, or one that says that the look-up failed.</exception>
    internal async Task<ImmutableArray<T>> FindAsync<T>(string name, QueryType type, CancellationToken cancel)
        where T : DnsResourceRecord
    {
        var current = name;
        for (var queries = 0; queries < MostAliases; queries++)
        {
            var answers = await AskAsync(current, type, cancel);
            var (target, found) = Walk<T>(answers, current);
            if (found.Length > 0 || target == current)
            {
                return found;
            }

            current = target;
        }

        throw new ValidationFailure(AcmeError.Dns, $"{name} is an alias of an alias, more than {MostAliases} deep.");
    }

    // Records count at the end of the chain of aliases only: what else an answer holds was not asked for.
    private static (string Target, ImmutableArray<T> Found) Walk<T>(IReadOnlyList<DnsResourceRecord> answers, string name)
        where T : DnsResourceRecord
    {
        for (var steps = 0; steps <= MostAliases; steps++)
        {
            ImmutableArray<T> found = [.. answers.OfType<T>().Where(record => Text(record.DomainName) == name)];
            var alias = answers.OfType<CNameRecord>().FirstOrDefault(record => Text(record.DomainName) == name);
            if (found.Length > 0 || alias is null)
            {
                return (name, found);
            }

            name = Text(alias.CanonicalName);
        }

        return (name, []);
    }

    private async Task<IReadOnlyList<DnsResourceRecord>> AskAsync(string name, QueryType type, CancellationToken cancel)
    {
        try
        {
            var answer = await _client.Value.QueryAsync(name, type, cancellationToken: cancel);
            return answer.Header.ResponseCode switch
            {
                DnsHeaderResponseCode.NoError or DnsHeaderResponseCode.NotExistentDomain => answer.Answers,
                var code => throw Failed(name, type, $"{_place} answers {code}"),
            };
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            throw;
        }
        // What a hostile server makes the library throw is a failed look-up, whatever it is.
        catch (Exception e) when (e is not ValidationFailure)
        {
            throw Failed(name, type, $"{_place} gives no usable answer");
        }
    }

    private static ValidationFailure Failed(string name, QueryType type, string why) =>
        new(AcmeError.Dns, $"Looking up {type} of {name} failed: {why}.");

    private static LookupClientOptions Common(LookupClientOptions options)
    {
        options.UseCache = false;
        options.Timeout = AnswerTimeout;
        options.Retries = 1;
        options.ThrowDnsErrors = false;
        options.ContinueOnDnsError = false;
        options.UseTcpFallback = true;
        options.ExtendedDnsBufferSize = LargestAnswer;
        return options;
    }

    private static string Text(DnsString name) => name.Value.TrimEnd('.').ToLowerInvariant();
}
