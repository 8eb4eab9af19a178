using System.Net;
using Berth.Acme.Dns;
using DnsClient;
using DnsClient.Protocol;

namespace Berth.Acme.Looking;

/// <summary>
/// Looks at a name in DNS the way an authority will, and tells the ways it can fail apart. Each question ends within some seconds;
/// nothing here throws for what a server says or leaves unsaid.
/// </summary>
public sealed class NameLook
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(2);
    private const int MostServers = 13;

    private readonly DnsQuestions _dns;
    private readonly DnsResolver _resolver;
    private readonly int _port;

    /// <param name="resolvers">Asked one after the other; empty for this machine's.</param>
    /// <param name="authoritativePort">Where authoritative servers are asked. Default: 53.</param>
    public NameLook(IReadOnlyList<IPEndPoint> resolvers, int authoritativePort = 53)
    {
        _dns = new DnsQuestions(resolvers, AnswerTimeout);
        _resolver = new DnsResolver(resolvers);
        _port = authoritativePort;
    }

    /// <summary>The addresses a name leads to, aliases followed by the resolver.</summary>
    public async Task<AddressLook> AddressesAsync(string name, CancellationToken cancel) => Of(await AskBothAsync(_dns, name, cancel));

    /// <summary>
    /// As <see cref="AddressesAsync"/>, but by the name servers of its zone: a resolver may have a view of its own, as this machine's of its own name.
    /// </summary>
    /// <returns>No answer where none of them tells, or where the name leads to another zone.</returns>
    public async Task<AddressLook> PublishedAddressesAsync(string name, CancellationToken cancel)
    {
        if (await OwnersOfAsync(name, cancel) is not { } owners)
        {
            return new AddressLook(LookOutcome.NoAnswer, []);
        }

        var both = await AskBothAsync(owners, name, cancel);
        var found = Of(both);
        return found.Outcome == LookOutcome.Found || both.All(answer => answer.Answer is { Header.HasAuthorityAnswer: true } known && !known.Answers.OfType<CNameRecord>().Any())
            ? found
            : new AddressLook(LookOutcome.NoAnswer, []);
    }

    // The name servers of its zone; null where they are not known.
    private async Task<DnsQuestions?> OwnersOfAsync(string name, CancellationToken cancel)
    {
        var zone = await _resolver.ZoneOfAsync(name, cancel);
        var servers = zone is null ? [] : (await _resolver.ServersOfAsync(zone, cancel)).Values.SelectMany(addresses => addresses).Take(MostServers).ToArray();
        return servers.Length == 0 ? null : new DnsQuestions([.. servers.Select(address => new IPEndPoint(address, _port))], AnswerTimeout, recursion: false);
    }

    private static Task<(LookOutcome Outcome, IDnsQueryResponse? Answer)[]> AskBothAsync(DnsQuestions dns, string name, CancellationToken cancel) =>
        Task.WhenAll(dns.AskAsync(name, QueryType.A, cancel), dns.AskAsync(name, QueryType.AAAA, cancel));

    private static AddressLook Of((LookOutcome Outcome, IDnsQueryResponse? Answer)[] both)
    {
        IPAddress[] addresses =
            [.. both.SelectMany(answer => answer.Answer?.Answers.OfType<AddressRecord>() ?? []).Select(record => record.Address).Distinct()];
        var outcome = addresses.Length > 0 ? LookOutcome.Found
            : both[0].Outcome is LookOutcome.NoRecords ? both[1].Outcome
            : both[0].Outcome;
        return new AddressLook(outcome, addresses);
    }

    /// <summary>The CAA records that hold for a name.</summary>
    public async Task<CaaLook> CaaAsync(string name, CancellationToken cancel)
    {
        for (var at = name; at.Length > 0; at = DnsResolver.ParentOf(at))
        {
            var (outcome, answer) = await _dns.AskAsync(at, QueryType.CAA, cancel);
            if (outcome is not (LookOutcome.Found or LookOutcome.NoRecords or LookOutcome.NoSuchName))
            {
                return new CaaLook(outcome, at, []);
            }

            if (PropertiesIn(answer) is { Length: > 0 } found)
            {
                return new CaaLook(LookOutcome.Found, at, found);
            }
        }

        return new CaaLook(LookOutcome.NoRecords, "", []);
    }

    /// <summary>The CAA records at one name alone, by the name servers of its zone.</summary>
    /// <param name="at">Where a resolver has found some.</param>
    /// <param name="cancel">Ends it.</param>
    /// <returns>No answer where none of them tells.</returns>
    public async Task<CaaLook> PublishedCaaAsync(string at, CancellationToken cancel)
    {
        var (outcome, answer) = await OwnersOfAsync(at, cancel) is { } owners ? await owners.AskAsync(at, QueryType.CAA, cancel) : (LookOutcome.NoAnswer, null);
        return answer is { Header.HasAuthorityAnswer: true } ? new CaaLook(outcome, at, PropertiesIn(answer)) : new CaaLook(LookOutcome.NoAnswer, at, []);
    }

    private static CaaProperty[] PropertiesIn(IDnsQueryResponse? answer) =>
        [.. answer?.Answers.OfType<CaaRecord>().Select(record => new CaaProperty(record.Flags, record.Tag, record.Value)) ?? []];

    /// <summary>The TXT records at a name.</summary>
    /// <param name="name">Such as <c>_validation-persist.example.com</c>.</param>
    /// <param name="cancel">Ends it.</param>
    public async Task<TextLook> TextsAsync(string name, CancellationToken cancel)
    {
        var (outcome, answer) = await _dns.AskAsync(name, QueryType.TXT, cancel);
        return new TextLook(outcome, [.. answer?.Answers.OfType<TxtRecord>().Select(record => string.Concat(record.Text)) ?? []]);
    }

    /// <summary>The zone a name is in, and whether its name servers answer.</summary>
    public async Task<ZoneLook> ZoneAsync(string name, CancellationToken cancel)
    {
        if (await _resolver.ZoneOfAsync(name, cancel) is not { } zone)
        {
            return new ZoneLook(null, []);
        }

        var servers = await _resolver.ServersOfAsync(zone, cancel);
        return new ZoneLook(zone, await Task.WhenAll(servers.Take(MostServers).Select(async server => new ServerLook(
            server.Key, await AnyAsync(server.Value, address => AnswersAsync(address, zone, cancel))))));
    }

    private async Task<bool> AnswersAsync(IPAddress address, string zone, CancellationToken cancel)
    {
        var server = new DnsQuestions([new IPEndPoint(address, _port)], AnswerTimeout, recursion: false);
        var (outcome, answer) = await server.AskAsync(zone, QueryType.SOA, cancel);
        return outcome == LookOutcome.Found && answer!.Header.HasAuthorityAnswer;
    }

    private static async Task<bool> AnyAsync(IReadOnlyList<IPAddress> addresses, Func<IPAddress, Task<bool>> answers) =>
        (await Task.WhenAll(addresses.Take(4).Select(answers))).Contains(true);
}
