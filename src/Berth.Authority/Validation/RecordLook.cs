using System.Collections.Immutable;
using System.Net;
using Berth.Acme.Dns;
using Berth.Acme.Looking;
using Berth.Acme.Protocol;
using DnsClient;
using DnsClient.Protocol;

namespace Berth.Authority.Validation;

/// <summary>Looks for records at one resolver, aliases followed; a look-up that fails is a validation that fails.</summary>
internal sealed class RecordLook
{
    private const int MostAliases = 16;
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(3);

    private readonly DnsQuestions _dns;
    private readonly string _place;

    /// <param name="resolver">Null for those of the system.</param>
    internal RecordLook(IPEndPoint? resolver)
    {
        _place = resolver is null ? "the system's resolver" : $"resolver {resolver}";
        _dns = new DnsQuestions(resolver is null ? [] : [resolver], AnswerTimeout);
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
            ImmutableArray<T> found = [.. answers.OfType<T>().Where(record => DnsQuestions.Text(record.DomainName) == name)];
            var alias = answers.OfType<CNameRecord>().FirstOrDefault(record => DnsQuestions.Text(record.DomainName) == name);
            if (found.Length > 0 || alias is null)
            {
                return (name, found);
            }

            name = DnsQuestions.Text(alias.CanonicalName);
        }

        return (name, []);
    }

    private async Task<IReadOnlyList<DnsResourceRecord>> AskAsync(string name, QueryType type, CancellationToken cancel)
    {
        var (outcome, answer) = await _dns.AskAsync(name, type, cancel);
        return outcome switch
        {
            LookOutcome.Found or LookOutcome.NoRecords or LookOutcome.NoSuchName => answer!.Answers,
            LookOutcome.NoAnswer => throw Failed(name, type, $"{_place} gives no usable answer"),
            _ => throw Failed(name, type, $"{_place} answers {answer!.Header.ResponseCode}"),
        };
    }

    private static ValidationFailure Failed(string name, QueryType type, string why) =>
        new(AcmeError.Dns, $"Looking up {type} of {name} failed: {why}.");
}
