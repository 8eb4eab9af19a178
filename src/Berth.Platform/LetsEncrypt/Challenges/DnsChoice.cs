using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Berth.Acme.Challenges;
using Berth.Acme.Dns;
using Berth.Acme.Protocol;
using Berth.Kernel;
using Berth.Platform.CommandLine;
using Berth.Platform.Properties;
using Berth.Storage;

namespace Berth.Platform.LetsEncrypt.Challenges;

/// <summary>
/// What an app has set to prove its names over DNS: <c>dns-provider</c>, lego's variables as <c>dns-provider-NAME</c>, and which kind of
/// record. The app's own settings, else those of all apps; <c>none</c> opts out.
/// </summary>
public sealed class DnsChoice(PropertyStore properties, StateRoots roots, TimeProvider time) : IDisposable
{
    internal const string Provider = "dns-provider";
    internal const string Family = "dns-provider-";
    internal const string Kind = "dns-challenge";
    internal const string ResolverList = "dns-resolvers";
    internal const string AuthorityPort = "dns-authority-port";
    private const string OptOut = "none";
    private const string NoAliases = "LEGO_DISABLE_CNAME_SUPPORT";
    private const int MostSolvers = 1000;

    // One solver for each account at a provider; those of several kinds share the provider, and all of them their turns: changes at one name must not meet.
    private readonly ConcurrentDictionary<string, DnsSolver> _solvers = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, IDnsProvider> _providers = new(StringComparer.Ordinal);
    private readonly DnsTurns _turns = new();
    private readonly Lazy<HttpClient> _http = new(() => new HttpClient(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        ConnectTimeout = TimeSpan.FromSeconds(15),
    }));

    /// <summary>What <c>letsencrypt:set</c> takes.</summary>
    public static IReadOnlyList<Setting> Settings { get; } =
    [
        new(AuthorityPort) { IsOwn = true, OnlyWhenSet = true, Refuse = SettingValues.Number(AuthorityPort, 1, 65535) },
        new(Kind) { IsOwn = true, OnlyWhenSet = true, Refuse = text => ChallengeType.IsDns(text) ? null : SettingProblems.BadValue(Kind, text, "dns-01, dns-account-01 or dns-persist-01") },
        new(ResolverList) { IsOwn = true, OnlyWhenSet = true, Refuse = text => Endpoints(text) is null ? SettingProblems.BadValue(ResolverList, text, "addresses of resolvers, commas between them") : null },
    ];

    /// <summary>Refuses a provider that Berth does not know; one that lego knows may be left for a server that goes back to it.</summary>
    internal static Problem? RefuseProvider(string code)
    {
        string[] known = [.. DnsProviders.All.Select(kind => kind.Code)];
        if (code == OptOut || known.Contains(code))
        {
            return null;
        }

        var problem = DnsProblems.NoProvider(code, known);
        return Nearest.Of(code, known) is { } nearest ? problem with { Remedy = $"Did you mean {nearest}? {problem.Remedy}" } : problem;
    }

    /// <summary>Whether names can be proved over DNS at all, wildcards among them.</summary>
    public bool IsSet(AppName app) => CodeOf(app) is not null || KindOf(app) == ChallengeType.DnsPersist01;

    /// <summary>Whether the app has settings of its own, beside those that hold for all.</summary>
    public bool HasOwn(AppName app) => properties.Keys(LetsEncryptSettingsStore.Feature, app.Text).Any(key => key.StartsWith("dns-", StringComparison.Ordinal));

    /// <summary>Whether somebody makes records; otherwise they are made by hand.</summary>
    public bool HasProvider(AppName app) => CodeOf(app) is not null;

    /// <summary>Whether the zone of a name must be found out before its provider can change it.</summary>
    /// <exception cref="ProblemException">As <see cref="SolversOf"/>.</exception>
    public bool NeedsZone(AppName app) => SolversOf(app).OfType<DnsSolver>().Any(solver => solver.NeedsZone);

    /// <summary>What shows of the app's provider before it is asked; null where nothing does.</summary>
    public Problem? LookAt(AppName app) => CodeOf(app) is { } code ? DnsProviders.Look(code, SettingsOf(app)) : null;

    /// <summary>The resolvers asked about the app's names; empty for this machine's.</summary>
    public IReadOnlyList<IPEndPoint> ResolversOf(AppName app) => Effective(app, ResolverList) is { } text ? Endpoints(text) ?? [] : [];

    /// <summary>The port authoritative servers are asked at: 53, but in tests.</summary>
    public int AuthorityPortOf(AppName app) =>
        int.TryParse(Effective(app, AuthorityPort), NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port : 53;

    /// <returns>Solvers, the preferred first; none where nothing is set.</returns>
    /// <exception cref="ProblemException">See <see cref="DnsProblems"/>: no such provider, or a setting is missing.</exception>
    public IReadOnlyList<IChallengeSolver> SolversOf(AppName app)
    {
        var kind = KindOf(app);
        if (CodeOf(app) is not { } code)
        {
            return kind == ChallengeType.DnsPersist01 ? [SolverOf(app, kind, null)] : [];
        }

        // The record of dns-persist-01 stays for good: only for those who ask for it.
        string[] kinds = [kind, .. new[] { ChallengeType.Dns01, ChallengeType.DnsAccount01 }.Where(other => other != kind)];
        return [.. kinds.Select(each => SolverOf(app, each, code))];
    }

    /// <summary>Why the app's DNS provider cannot be used as it is set; null where it can, or none is set.</summary>
    public Problem? FaultOf(AppName app)
    {
        try
        {
            _ = SolversOf(app);
            return null;
        }
        catch (ProblemException e)
        {
            return e.Problem;
        }
    }

    public void Dispose()
    {
        if (_http.IsValueCreated)
        {
            _http.Value.Dispose();
        }
    }

    private DnsSolver SolverOf(AppName app, string kind, string? code)
    {
        var settings = SettingsOf(app);
        var options = new DnsSolverOptions
        {
            Resolvers = ResolversOf(app),
            AuthoritativePort = AuthorityPortOf(app),
            FollowsAliases = !IsTrue(settings.GetValueOrDefault(NoAliases)),
            Turns = _turns,
        };
        var account = KeyOf([code ?? "", .. settings.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(Described)]);
        var key = KeyOf([kind, Effective(app, ResolverList) ?? "", $"{options.AuthoritativePort}", account]);
        if (_solvers.TryGetValue(key, out var known))
        {
            return known;
        }

        // Settings that nobody has any more are let go of once in a while.
        if (_solvers.Count >= MostSolvers)
        {
            _solvers.Clear();
            _providers.Clear();
        }

        var provider = code is null ? null : _providers.TryGetValue(account, out var shared) ? shared : _providers.GetOrAdd(account, ProviderOf(app, code, settings));
        return _solvers.GetOrAdd(key, _ => new DnsSolver(kind, provider, options, time));
    }

    // As lego reads it.
    private static bool IsTrue(string? text) => text is "1" or "t" or "T" or "true" or "TRUE" or "True";

    private static string KeyOf(IEnumerable<string> parts) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', parts))));

    private IDnsProvider ProviderOf(AppName app, string code, Dictionary<string, string> settings)
    {
        try
        {
            return DnsProviders.Create(code, settings, _http.Value, time, new OwnersRights(roots));
        }
        catch (ProblemException e) when (e.Problem.Code == DnsProblems.SettingMissing || e.Problem.Code == DnsProblems.SettingInvalid)
        {
            // The library knows the setting's name, and not by which command it is set here.
            throw (e.Problem with { Remedy = $"{e.Problem.Remedy} The command: `berth letsencrypt:set {app} {Family}NAME VALUE`." }).AsException(e);
        }
    }

    // A secret in a file may be another by now.
    private static string Described(KeyValuePair<string, string> setting) => setting.Key.EndsWith("_FILE", StringComparison.Ordinal)
        ? $"{setting.Key}={setting.Value}@{FileStamp.Of(setting.Value)}"
        : $"{setting.Key}={setting.Value}";

    private string? CodeOf(AppName app) => Effective(app, Provider) is { Length: > 0 } code && code != OptOut ? code : null;

    private string KindOf(AppName app) => Effective(app, Kind) is { } kind && ChallengeType.IsDns(kind) ? kind : ChallengeType.Dns01;

    private Dictionary<string, string> SettingsOf(AppName app) =>
        properties.Keys(LetsEncryptSettingsStore.Feature, PropertyStore.Global).Union(properties.Keys(LetsEncryptSettingsStore.Feature, app.Text))
            .Where(key => key.StartsWith(Family, StringComparison.Ordinal) && key.Length > Family.Length)
            .ToDictionary(key => key[Family.Length..], key => Effective(app, key) ?? "", StringComparer.Ordinal);

    private string? Effective(AppName app, string key) =>
        properties.Get(LetsEncryptSettingsStore.Feature, app.Text, key) ?? properties.Get(LetsEncryptSettingsStore.Feature, PropertyStore.Global, key);

    private static IPEndPoint[]? Endpoints(string text)
    {
        var parts = text.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var endpoints = parts.Select(part => IPEndPoint.TryParse(part, out var endpoint) ? endpoint : null).OfType<IPEndPoint>()
            .Select(endpoint => endpoint.Port == 0 ? new IPEndPoint(endpoint.Address, 53) : endpoint).ToArray();
        return parts.Length > 0 && endpoints.Length == parts.Length ? endpoints : null;
    }
}
