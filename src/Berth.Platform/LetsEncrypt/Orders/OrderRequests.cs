using Berth.Acme.Issuing;
using Berth.Acme.Limits;
using Berth.Kernel;
using Berth.Platform.Certs;
using Berth.Platform.LetsEncrypt.Lineages;

namespace Berth.Platform.LetsEncrypt.Orders;

/// <summary>Turns what is wanted of an app's certificate into what a server is asked, and what that will cost there.</summary>
public sealed class OrderRequests(LineageReader reader, CertificateFiles certificates, AcmeClients clients, TimeProvider time)
{
    // By then a name has failed for hours.
    private const int LastingFailures = 4;

    /// <summary>Below it no order with further names is waited for.</summary>
    internal static readonly TimeSpan LeastTime = TimeSpan.FromMinutes(1);

    // As long as any order may take.
    private static readonly TimeSpan LongestLeast = TimeSpan.FromHours(1);

    public IssuanceRequest For(AppName app, WantedCertificate wanted, WantedServer server)
    {
        var stored = reader.StoredOf(app);
        var settings = wanted.Settings;
        return new IssuanceRequest
        {
            Names = wanted.HostNames,
            Addresses = wanted.Addresses,
            KeyType = settings.KeyType,
            PrivateKeyPem = settings.ReusesKey && stored is { InService: not null, Damage: null } ? certificates.ReadKey(app) : null,
            PreferredChain = settings.PreferredChain,
            Profile = settings.Profile,
            ProfileIsRequired = settings.ProfileIsRequired,
            Renews = RenewedBy(stored, server, settings),
            DropFailingNames = true,
            MostNames = ServerProfiles.MostNames(wanted.Servers, settings.Profile, wanted.Addresses.Count > 0).Most,
            MayOrderRest = RestOf(app, wanted),
            Timeout = stored is { InService: { } facts, Damage: null } && stored.Besides(wanted.Names).Count > 0 ? TimeFor(app, facts) : null,
        };
    }

    // Its renewal waits for no other name longer than until it is due, and then for a part of what it has left; once that is nothing there is no hurry.
    private TimeSpan? TimeFor(AppName app, CertificateFacts facts)
    {
        var now = time.GetUtcNow();
        var (left, untilDue) = (facts.NotAfter - now, reader.RenewalOf(app, facts).At - now);
        var least = Spans.Shorter(Spans.Shorter((facts.NotAfter - facts.NotBefore) / 16, LongestLeast), left / 2);
        return left <= TimeSpan.Zero ? null : Spans.Longer(LeastTime, Spans.Longer(least, untilDue > TimeSpan.Zero ? untilDue : left / 4));
    }

    /// <summary>Whether a certificate for some of the names is worth ordering where others have failed.</summary>
    public Predicate<IReadOnlyList<string>> RestOf(AppName app, WantedCertificate wanted)
    {
        var stored = reader.StoredOf(app);
        return rest => stored is not { InService: { } facts, Damage: null } || reader.IsEnding(app, stored) || IsWorthOrdering(app, stored, facts, wanted, rest);
    }

    // What it covers is not given up for a name that fails for a while; and one like it is not ordered again and again for names that keep failing.
    private bool IsWorthOrdering(AppName app, LineageStored stored, CertificateFacts facts, WantedCertificate wanted, IReadOnlyList<string> rest)
    {
        DomainName[] served = [.. wanted.WithUntried.Where(name => CertificateNames.Cover(facts.Names, name))];
        DomainName[] lost = [.. served.Where(name => !CertificateNames.Cover(rest, name))];
        var isMore = wanted.Names.Any(name => CertificateNames.Cover(rest, name) && !served.Contains(name));
        return lost.Length == 0
            ? isMore || wanted.IsForced || reader.MayBeRenewed(app, stored)
            : isMore && lost.All(name => stored.State.Failing.Any(failing => failing.Name == name.Text && failing.Failures >= LastingFailures));
    }

    /// <summary>Names that the certificate in service covers, and the one that is ordered now will not.</summary>
    public IReadOnlyList<string> LostOf(AppName app, WantedCertificate wanted) => reader.StoredOf(app).InService is { } facts
        ? [.. wanted.WithUntried.Except(wanted.Names).Where(name => CertificateNames.Cover(facts.Names, name)).Select(name => name.Text)]
        : [];

    /// <param name="app">Whose.</param>
    /// <param name="wanted">What is ordered.</param>
    /// <param name="server">Where.</param>
    /// <param name="then">When; null for now.</param>
    public PlannedOrder PlannedFor(AppName app, WantedCertificate wanted, WantedServer server, DateTimeOffset? then = null)
    {
        var (stored, at) = (reader.StoredOf(app), then ?? time.GetUtcNow());
        var names = OrderNames.Of(wanted.NameTexts);
        var replaces = RenewedBy(stored, server, wanted.Settings) is { } renewed && renewed.Names.Intersect(names, StringComparer.Ordinal).Any()
            && stored.State.Advice?.Plan is { } plan && plan.WindowStart <= at && at < plan.WindowEnd;
        return new PlannedOrder
        {
            Account = wanted.Settings.Email?.Text ?? "",
            Names = names,
            IsRenewal = IsFrom(stored.State, server) && stored.InService is { } facts && facts.Names.ToHashSet(StringComparer.Ordinal).SetEquals(names),
            ReplacesInWindow = replaces && !wanted.CountsInFull,
        };
    }

    /// <summary>Whether an order that was begun is gone on with: it has been counted at its server. One for other names is dropped for a new one.</summary>
    public static bool GoesOn(PendingOrder? open, WantedServer server, WantedCertificate wanted) =>
        open is { OrderUrl: not null } && open.DirectoryUrl == server.Key && open.IsFor(wanted.NameTexts);

    /// <summary>The server at a directory, by the word it is set by where one of them means it.</summary>
    public WantedServer ServerAt(string directory, IReadOnlyList<string> words) =>
        new(WordOf(directory, words), new Uri(directory));

    /// <summary>What the server at a directory is called: as it is set, where one of those set is meant.</summary>
    public string WordOf(string directory, IReadOnlyList<string> words) => words.FirstOrDefault(word => Means(word, directory)) ?? directory;

    /// <summary>Whether a server's word stands for a directory.</summary>
    public bool Means(string word, string directory)
    {
        try
        {
            return clients.DirectoryOf(word).OriginalString == directory;
        }
        catch (ProblemException)
        {
            // The built-in authority is meant and does not run now.
            return false;
        }
    }

    // Named only to the server and account it came from: the client checks both once more, and that the two share a name.
    private RenewedCertificate? RenewedBy(LineageStored stored, WantedServer server, LetsEncryptSettings settings) =>
        stored is { InService: { } facts, State: { Advice: { CertificateId: { } id } advice, IssuedToAccount: { } account } state }
        && advice.Serial == facts.Serial && IsFrom(state, server) && clients.IsAccountOf(server.Directory, settings.Email, account)
            ? new RenewedCertificate { CertificateId = id, DirectoryUrl = server.Key, AccountUrl = account, Names = [.. facts.Names] }
            : null;

    private bool IsFrom(LineageState state, WantedServer server) => state.IssuedBy is { } word && Means(word, server.Key);
}
