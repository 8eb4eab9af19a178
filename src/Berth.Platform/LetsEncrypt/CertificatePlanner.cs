using Berth.Acme.Issuing;
using Berth.Kernel;
using Berth.Platform.Certs;
using Berth.Platform.Domains;
using Berth.Platform.LetsEncrypt.Challenges;

namespace Berth.Platform.LetsEncrypt;

/// <summary>Decides which names an app's certificate carries; the server is never asked for what it would refuse anyway.</summary>
public sealed class CertificatePlanner(DomainStore domains, LetsEncryptSettingsStore settings, AcmeClients clients, DnsChoice dns, CertificateFiles certificates)
{
    // RFC 6761, RFC 6762, RFC 8375, RFC 7686: names that no public authority certifies.
    private static readonly string[] NeverPublic =
        ["localhost", "local", "test", "example", "invalid", "internal", "lan", "home.arpa", "onion", "localdomain"];

    public IReadOnlyList<DomainName> DomainsOf(AppName app) => domains.DomainsOf(app);

    /// <summary>The domains that a certificate could be for, whatever else is missing.</summary>
    public IReadOnlyList<DomainName> CertifiableOf(AppName app) =>
        ServersOf(app) is var servers && settings.Read(app).Profile is var profile ? [.. DomainsOf(app).Where(name => WhyNot(app, name, servers, profile, unproved: null) is null)] : [];

    /// <summary>The servers that are set and can be asked, whatever else is missing.</summary>
    public IReadOnlyList<WantedServer> ServersOf(AppName app) => clients.ServersOf(settings.Read(app).Servers).Servers;

    /// <summary>As <see cref="Plan"/> for whoever goes on without.</summary>
    /// <param name="app">Whose.</param>
    /// <param name="whyNot">Why nothing could be ordered as things are; null where something could.</param>
    /// <param name="leavesDns">As there.</param>
    public WantedCertificate? TryPlan(AppName app, out Problem? whyNot, bool leavesDns = false)
    {
        whyNot = null;
        try
        {
            return Plan(app, leavesDns: leavesDns);
        }
        catch (ProblemException e)
        {
            whyNot = e.Problem;
            return null;
        }
    }

    /// <param name="app">Whose.</param>
    /// <param name="needsEmail">False for what can be told without an account.</param>
    /// <param name="leavesDns">Whether names are proved in other ways, and wildcards left out, where the DNS provider cannot be used as it is set.</param>
    /// <exception cref="ProblemException">No domains, no e-mail, no such server, no usable DNS provider, or no name that could be certified.</exception>
    public WantedCertificate Plan(AppName app, bool needsEmail = true, bool leavesDns = false)
    {
        using var now = settings.AsOfNow();
        var found = domains.DomainsOf(app);
        var leftOut = domains.IsEnabled(app) ? domains.Read(app).Faults.ToList() : [];
        if (found.Count == 0)
        {
            throw leftOut is [var first, ..] ? Joined(first, leftOut) : LetsEncryptProblems.NoDomains(app, areOff: !domains.IsEnabled(app)).AsException();
        }

        var unproved = leavesDns && !found.All(name => name.IsWildcard) ? dns.FaultOf(app) : null;
        var (read, servers, notToAsk) = MeansOf(app, needsEmail, needsDns: unproved is null);
        var names = found.Where(name => WhyNot(app, name, servers, read.Profile, unproved) is null).ToArray();
        leftOut.AddRange(found.Select(name => WhyNot(app, name, servers, read.Profile, unproved)).OfType<Problem>());
        (names, var tooMany) = Fitting(app, names, servers, read.Profile);
        leftOut.AddRange(tooMany);
        return names.Length > 0
            ? new WantedCertificate(names, leftOut, read, servers) { Unusable = notToAsk, WithoutDns = unproved }
            : throw Joined(leftOut[^1], leftOut);
    }

    /// <summary>
    /// For a look at very many apps: whether a certificate has all domains of its app, and the means to order another are there. Of apps with the same
    /// settings one is asked for those.
    /// </summary>
    /// <returns>The answer for an app and the names on its certificate.</returns>
    public Func<AppName, IReadOnlyList<string>, bool> Glances()
    {
        var (serverOf, known) = (settings.EffectiveOfMany("server"), new Dictionary<(string? Server, string? App), bool>());
        return (app, names) =>
        {
            var set = (serverOf(app), settings.HasOwn(app, "email") || dns.HasOwn(app) ? app.Text : null);
            if (!known.TryGetValue(set, out var isThere))
            {
                known.Add(set, isThere = HasMeans(app));
            }

            return isThere && domains.DomainsOf(app).All(name => CertificateNames.Cover(names, name) && (!name.IsWildcard || dns.IsSet(app)));
        };
    }

    private bool HasMeans(AppName app)
    {
        try
        {
            return MeansOf(app).Servers.Count > 0;
        }
        catch (ProblemException)
        {
            return false;
        }
    }

    // What an order takes besides names.
    private (LetsEncryptSettings Read, IReadOnlyList<WantedServer> Servers, Problem[] NotToAsk) MeansOf(AppName app, bool needsEmail = true, bool needsDns = true)
    {
        var read = settings.Read(app);
        if (read.Email is null && needsEmail)
        {
            throw LetsEncryptProblems.NoEmail(app).AsException();
        }

        // An order would stumble over it.
        _ = needsDns ? dns.SolversOf(app) : [];
        var (servers, unusable) = clients.ServersOf(read.Servers);
        Problem[] notToAsk = [.. unusable.Select(each => Told(app, each.Problem))];
        return servers.Count > 0 ? (read, servers, notToAsk) : throw notToAsk[0].AsException(unusable[0]);
    }

    // One domain too many is no reason to let a certificate lapse that the others have: they have another, and go without it.
    private (DomainName[] Names, Problem[] TooMany) Fitting(AppName app, DomainName[] names, IReadOnlyList<WantedServer> servers, string? profile)
    {
        var (most, reason) = MostOf(names);
        if (Count(names) <= most)
        {
            return (names, []);
        }

        var problem = LetsEncryptProblems.TooManyNames(app, names.Length, Count(names), most, reason, isSet: profile is not null);
        List<DomainName> kept = certificates.InServiceOf(app) is { FromAcme: true, Facts: { } facts } ? [.. names.Where(name => CertificateNames.Cover(facts.Names, name))] : [];
        if (kept.Count == 0 || Count(kept) > MostOf(kept).Most)
        {
            throw problem.AsException();
        }

        // Then what there is room for.
        foreach (var name in names.Except([.. kept]))
        {
            DomainName[] more = [.. kept, name];
            if (Count(more) <= MostOf(more).Most)
            {
                kept.Add(name);
            }
        }

        return ([.. names.Where(kept.Contains)], [LetsEncryptProblems.LeftOutAsTooMany(problem, [.. names.Except(kept).Select(name => name.Text)])]);

        static int Count(IEnumerable<DomainName> some) => OrderNames.Of(some.Select(name => name.Text)).Count;

        (int Most, string? Profile) MostOf(IEnumerable<DomainName> some) => ServerProfiles.MostNames(servers, profile, some.Any(name => name.Address is not null));
    }

    // A setting of all apps changes nothing for one that has its own.
    private Problem Told(AppName app, Problem problem) =>
        problem.Code == LetsEncryptProblems.AuthorityOff && settings.Own(app, "server") is not null ? LetsEncryptProblems.NoAuthority(app.Text) : problem;

    private Problem? WhyNot(AppName app, DomainName name, IReadOnlyList<WantedServer> servers, string? profile, Problem? unproved) =>
        name.IsWildcard && unproved is not null ? unproved with { Found = $"{name} cannot be proved: {Sentences.Inside(unproved.Found)}" }
        : name.IsWildcard && !dns.IsSet(app) ? LetsEncryptProblems.Wildcard(app, name)
        : name.Address is not null && !ServerProfiles.TakesAddresses(servers, profile) ? LetsEncryptProblems.AddressNotInProfile(app, name, profile!)
        : servers.Any(server => AcmeServers.IsPublic(server.Directory)) && !IsPublic(name.Base) ? LetsEncryptProblems.NotPublic(app, name)
        : null;

    private static bool IsPublic(DomainName name) => name.Address is { } address ? !SpecialAddress.IsNotPublic(address) :
        name.Text.Contains('.')
        && !NeverPublic.Any(top => name.Text == top || name.Text.EndsWith("." + top, StringComparison.Ordinal));

    private static ProblemException Joined(Problem told, List<Problem> all) =>
        (told with { Details = [.. all.Where(other => other != told).Select(other => other.Found)] }).AsException();
}
