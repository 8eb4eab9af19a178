using Berth.Acme;
using Berth.Acme.Issuing;
using Berth.Acme.Limits;
using Berth.Kernel;
using Berth.Platform.Certs;
using Berth.Platform.LetsEncrypt.Limits;
using Berth.Platform.LetsEncrypt.Lineages;
using Berth.Storage;

namespace Berth.Platform.LetsEncrypt;

/// <summary>What can keep an app from getting or keeping its certificate, apart from the server's own words.</summary>
public static class LetsEncryptProblems
{
    public static readonly ProblemCode EmailMissing = new("letsencrypt-email-missing") { IsOfSettings = true };
    public static readonly ProblemCode DomainsMissing = new("letsencrypt-domains-missing") { IsOfSettings = true };
    public static readonly ProblemCode WildcardNeedsDns = new("letsencrypt-wildcard-needs-dns") { IsOfSettings = true };
    public static readonly ProblemCode NameNotPublic = new("letsencrypt-name-not-public") { IsOfSettings = true };
    public static readonly ProblemCode GracePeriodInvalid = new("letsencrypt-graceperiod-invalid") { IsOfSettings = true };
    public static readonly ProblemCode ServerUnknown = new("letsencrypt-server-unknown") { IsOfSettings = true };
    public static readonly ProblemCode AuthorityOff = new("letsencrypt-authority-off");
    public static readonly ProblemCode NamesLeftOut = new("letsencrypt-names-left-out");
    public static readonly ProblemCode RenewalFailed = new("letsencrypt-renewal-failed");
    public static readonly ProblemCode CurrentMissing = new("letsencrypt-current-missing", Contract: true);
    public static readonly ProblemCode PortMissing = new("letsencrypt-port-missing") { IsOfSettings = true };
    public static readonly ProblemCode NotFromAcme = new("letsencrypt-not-active");
    public static readonly ProblemCode IssuedAgain = new("letsencrypt-issued-again");
    public static readonly ProblemCode InServiceReplaced = new("letsencrypt-replaced");
    public static readonly ProblemCode NamesTooMany = new("letsencrypt-names-too-many") { IsOfSettings = true };
    public static readonly ProblemCode AddressProfile = new("letsencrypt-address-profile") { IsOfSettings = true };
    public static readonly ProblemCode TrustFileInvalid = new("letsencrypt-trust-file-invalid") { IsOfSettings = true };
    public static readonly ProblemCode NameNotReady = new("letsencrypt-name-not-ready");
    public static readonly ProblemCode NotReady = new("letsencrypt-not-ready");
    public static readonly ProblemCode ServerSilent = new("letsencrypt-server-silent");

    internal static Problem ServerSlow(Uri directory) => new(
        ServerSilent, $"{directory.Authority} does not answer.", "Check that this machine may connect to it: curl -sS " + directory);

    internal static Problem NotReadyYet(AppName app, int count) => new(
        NotReady,
        count == 1 ? $"One thing stands between {app} and its certificate." : $"{count} things stand between {app} and its certificate.",
        "Each is marked problem above, with what to do.");

    public static readonly ProblemCode LimitsInvalid = new("letsencrypt-limits-invalid");
    public static readonly ProblemCode HeldBack = new("letsencrypt-held-back");
    public static readonly ProblemCode NothingToRollBackTo = new("letsencrypt-no-earlier-certificate");
    public static readonly ProblemCode BundleUnusable = new("letsencrypt-certificate-unusable");
    public static readonly ProblemCode CertificateDamaged = new("letsencrypt-certificate-damaged");
    public static readonly ProblemCode AccountKept = new("letsencrypt-account-kept");
    public static readonly ProblemCode AccountMissing = new("letsencrypt-account-missing");

    internal static Problem InvalidLimits(string word, string? limit) => new(
        LimitsInvalid,
        $"'{Printable.Of(word)}' is no list of a server's limits{(limit is null ? "" : $": '{Printable.Of(limit)}' is none")}.",
        "Write the server's host as `berth letsencrypt:limits <app>` shows it, a slash and its limits: `berth letsencrypt:set --global limits acme.example.com/new-orders=300/3h,certificates-per-domain=50/7d`; acme.example.com/none counts nothing. Several servers are written in quotes, with a space between them.");

    private const string CountsInFullKey = "berth-counts-in-full";
    private const string HoldsKey = "berth-holds";

    /// <summary>Whether an order was held back that its server counts as any, for it would not have it in place of the one that it renews.</summary>
    internal static bool CountsInFull(ProblemException held) => held.Data[CountsInFullKey] is true;

    /// <summary>An order that was held back on its way; see <see cref="CountsInFull"/>.</summary>
    internal static ProblemException HeldOnItsWay(AppName app, WantedServer server, IReadOnlyList<LineageGate> gates, bool countsInFull)
    {
        var held = Held(app, server, gates, goesOn: false).AsException();
        held.Data[CountsInFullKey] = countsInFull;
        return held;
    }

    /// <summary>A limit has left no account to be registered; told of an order by <see cref="HeldOnItsWay"/>.</summary>
    internal static ProblemException RegistrationHeld(Uri directory, LimitVerdict verdict)
    {
        var last = verdict.Holds.MaxBy(hold => hold.Until)!;
        var held = new Problem(
            HeldBack,
            $"{Printable.Of(directory.Authority)} would refuse another account, so it was not asked. {Printable.Of(Sentences.Ended(Holds.Reason(last)), 400)}",
            $"It can go at {Holds.Time(last.Until)} at the earliest; `berth letsencrypt:limits` shows what is left.").AsException();
        held.Data[HoldsKey] = verdict.Holds;
        return held;
    }

    /// <summary>What holds a registration back; null of any other failure.</summary>
    internal static IReadOnlyList<LimitHold>? HoldsOf(ProblemException held) => held.Data[HoldsKey] as IReadOnlyList<LimitHold>;

    /// <summary>An order its server would refuse: it was not asked.</summary>
    internal static Problem Held(AppName app, WantedServer server, IReadOnlyList<LineageGate> gates, bool goesOn)
    {
        var last = gates.MaxBy(gate => gate.OverAt ?? gate.Until)!;
        var host = Printable.Of(server.Directory.Authority);
        var held = last.Kind == GateKind.Backoff ? "is left alone for a while" : "would refuse this order, so it was not asked";
        var until = last.Kind == GateKind.Paused ? $"A person must lift that; it is asked again at {Holds.Time(last.Until)}." : $"It can go at {Holds.Time(last.OverAt ?? last.Until)} at the earliest.";
        return new Problem(
            HeldBack,
            $"{host} {held}. {Printable.Of(Sentences.Ended(last.Reason), 400)} {until}",
            gates.Select(ToLift).FirstOrDefault(way => way is not null)
                ?? $"`berth letsencrypt:limits {app}` shows what is left; {(goesOn ? "the daemon goes on by itself then" : "run the command again then")}.{(server.Key == AcmeServers.Production ? $" While trying things out use `berth letsencrypt:enable {app} --dry-run`." : "")}")
        {
            Details = [.. gates.Where(gate => gate != last).Select(gate => Printable.Of(gate.Reason, 400))],
        };
    }

    /// <summary>How a person lifts the pause of a name, which no wait does; null for any other gate.</summary>
    internal static string? ToLift(LineageGate gate) =>
        gate is { Kind: GateKind.Paused, Page: { } page } ? $"Open {Printable.Of(page)} in a browser, then run the command again." : null;

    internal static Problem NoEarlier(AppName app, string? wanted, Bundle? later, bool areAny) => new(
        NothingToRollBackTo,
        wanted is null ? $"{app} has no earlier certificate to go back to." : $"{app} keeps no other certificate that begins with '{Printable.Of(wanted)}'.",
        wanted is null && later is not null
            ? $"A later one is kept: `berth letsencrypt:rollback {app} {later.ShortName}` puts it into service; `berth letsencrypt:status {app}` lists all."
            : $"{(areAny ? $"`berth letsencrypt:status {app}` lists those that are kept; " : "")}`berth letsencrypt:enable {app} --force` orders a new one.");

    internal static Problem IsInService(AppName app, Bundle current) => new(
        NothingToRollBackTo,
        $"{current.ShortName} is in service for {app} already.",
        $"`berth letsencrypt:status {app}` lists the others that are kept; `berth letsencrypt:enable {app} --force` orders a new one.");

    internal static Problem SeveralMeant(AppName app, string wanted, int count) => new(
        NothingToRollBackTo,
        $"The names of {count} of {app}'s certificates begin with '{Printable.Of(wanted)}'.",
        $"Give more of the name: `berth letsencrypt:status {app}` lists them.");

    /// <summary>What is found of damaged files, and who mends it.</summary>
    public static Problem FilesDamaged(AppName app, CertificateDamage damage) => new(
        CertificateDamaged,
        $"The files of {app}'s certificate are damaged: {damage.Found}.",
        damage.IsKept
            ? $"Visitors are served from the copy kept of it; the daemon puts it back where it renews by itself, `berth letsencrypt:enable {app}` does it now."
            : $"No whole copy of it is kept, so visitors cannot use it; the daemon orders another where it renews by itself, `berth letsencrypt:enable {app}` does it now.");

    internal static Problem FilesMended(AppName app, CertificateDamage damage) =>
        FilesDamaged(app, damage) with { Remedy = "They were put back, and nothing is left to do. Where it happens again, find out what writes there." };

    internal static Problem UnusableBundle(AppName app, string bundle, string reason) => new(
        BundleUnusable,
        $"The certificate in {Printable.Of(bundle)} cannot serve {app}: {reason}. What is in service stays.",
        $"`berth letsencrypt:status {app}` lists the earlier certificates; `berth letsencrypt:enable {app} --force` orders a new one.");

    internal static Problem NotDeactivated(string server) => new(
        AccountKept,
        $"The account at {Printable.Of(server)} stays: its name was not typed.",
        "Type the server's name when asked, or put --force before the command.");

    internal static Problem NoAccount(IReadOnlyList<string> servers, string? email, AppName? app) => new(
        AccountMissing,
        $"There is no account {(email is null ? "without an e-mail address" : $"of {email}")} at {Printable.Of(string.Join(" or ", servers))} yet.",
        $"The first order there registers one. `berth letsencrypt:report {app?.Text ?? "--global"}` shows the e-mail and the servers that are set; `--server` names another.");

    internal static Problem SameAgain(WantedServer server) => new(
        IssuedAgain,
        $"{Printable.Of(server.Directory.Authority)} handed out the certificate that is in service already instead of another.",
        "The daemon asks again by itself; where it repeats, report it to the certificate authority, or set another server.");

    internal static Problem NoCurrent(AppName app) => new(
        CurrentMissing, "Cannot resolve the 'current' certificate directory!", $"{app} has no certificate from letsencrypt: `berth letsencrypt:enable {app}` gets one.");

    internal static Problem NoPort(AppName app) => new(
        PortMissing,
        "There are port mappings, but none for http or https: the server could not ask for a proof.",
        $"Add one: `berth ports:add {app} http:80:5000`, with the port the app listens on in the last place.");

    /// <summary>A server that knows the certificate no more will not revoke it, ever.</summary>
    internal static Problem NotRevoked(AppName app, Problem refusal) =>
        refusal with { Remedy = $"{refusal.Remedy} `berth letsencrypt:disable {app}` takes it off without asking the server." };

    internal static Problem NotActive(AppName app) => new(
        NotFromAcme,
        $"{app} has no certificate from letsencrypt to revoke.",
        "`berth letsencrypt:list` shows the apps that have one; a certificate installed by hand is revoked at whoever issued it.");

    internal static Problem Replaced(AppName app) => new(
        InServiceReplaced,
        $"Another certificate was put into service for {app} while this waited: nothing was done to it.",
        $"`berth letsencrypt:status {app}` shows what is in service now; ask again if that one is meant.");

    internal static Problem StateDamaged(AppName app, string path) => new(
        StorageProblems.StateUnreadable,
        $"{Printable.Of(path)} is damaged: what had failed, and what the next attempt was to wait for, is not known any more.",
        $"`berth letsencrypt:enable {app}` asks for what is wanted and not there, and writes the file anew.");

    internal static Problem Overtaken(AppName app) => new(
        InServiceReplaced,
        $"A certificate was installed for {app} by hand, or taken off, while this one was under way: it was not put into service.",
        $"`berth letsencrypt:status {app}` shows what is in service now; `berth letsencrypt:enable {app}` orders one that replaces it.");

    internal static Problem GivenUp(AppName app) => new(
        InServiceReplaced,
        $"The order for {app} was given up: it is not to have a certificate any more, by `letsencrypt:disable` or `apps:destroy`.",
        $"`berth letsencrypt:enable {app}` orders one after all.");

    internal static Problem TooManyNames(AppName app, int all, int count, int most, string? profile, bool isSet) => new(
        NamesTooMany,
        profile is null
            ? $"{count} domains{(all > count ? " that no wildcard stands for" : "")} are more than one certificate carries: {most}."
            : $"{count} domains{(all > count ? " that no wildcard stands for" : "")} are more than Let's Encrypt puts on one certificate in its profile {profile}: {most}.",
        "Divide the domains among several apps, or take some off with `berth domains:remove`." + (profile is null ? ""
            : isSet ? $" In its profile classic it is 100: `berth letsencrypt:set {app} profile classic`."
            : " It is the IP address among them that needs that profile: in an app of its own it leaves the others 100."));

    /// <summary>The same where those on the certificate in service go on without the others.</summary>
    internal static Problem LeftOutAsTooMany(Problem tooMany, IReadOnlyCollection<string> names) => tooMany with
    {
        Found = $"{tooMany.Found.TrimEnd('.')}; left out: {Sentences.Some(names, 3)}.",
    };

    internal static Problem AddressNotInProfile(AppName app, DomainName address, string profile) => new(
        AddressProfile,
        $"{address} is an IP address, which Let's Encrypt certifies in its profile {ServerProfiles.Shortlived} alone, and {app} has {Printable.Of(profile)}: it was not asked.",
        $"Set that one, `berth letsencrypt:set {app} profile {ServerProfiles.Shortlived}`, or give the address to an app of its own.");

    internal static Problem NoEmail(AppName app) => new(
        EmailMissing,
        "ERROR: Cannot request a certificate without an e-mail address!",
        $"Set one: `berth letsencrypt:set {app} email you@example.com`, or for all apps: `berth letsencrypt:set --global email you@example.com`.");

    internal static Problem NoDomains(AppName app, bool areOff) => new(
        DomainsMissing, $"No domains detected for {app}", areOff ? $"They are switched off: `berth domains:enable {app}`." : $"Add one: `berth domains:add {app} www.example.com`.");

    internal static string NeedsDns(string name) => $"{name} is a wildcard, which no ACME server proves over HTTP-01.";

    internal static Problem Wildcard(AppName app, DomainName name) => new(
        WildcardNeedsDns,
        NeedsDns(name.Text),
        $"Name the provider of its DNS, `berth letsencrypt:set {app} dns-provider NAME`, and what it needs; or list the host names one by one with `berth domains:set`.");

    internal static Problem NotPublic(AppName app, DomainName name) => new(
        NameNotPublic,
        $"{name} is not a public name: Let's Encrypt would refuse it, so it was not asked.",
        $"Use a domain of your own that public DNS knows, or Berth's own authority: `berth letsencrypt:set {app} server berth`.");

    /// <summary>A library cannot know how its user gives it the binding, or puts an account aside; here it is known. What is not about an account stays as it is.</summary>
    /// <param name="scope">Whose order: an app's, or <c>--global</c>.</param>
    /// <param name="server">The word of the server that it is about, where several are set; empty where there is one.</param>
    /// <param name="problem">As the library told it.</param>
    internal static Problem OfAccount(string scope, string server, Problem problem)
    {
        var (code, of, forget) = (problem.Code.Id, AtServer(scope, server), ToForget(scope, server));
        var remedy =
            code == AcmeProblems.BindingInvalid.Id ? $"Copy what the certificate authority gave you again, whole and without quotes: `berth letsencrypt:set {scope} eab-kid KEY-ID` and `berth letsencrypt:set {scope} eab-hmac-key KEY`."
            : code == AcmeProblems.BindingRequired.Id ? $"Set what it gave you as its customer, `berth letsencrypt:set {scope} eab-kid KEY-ID` and `berth letsencrypt:set {scope} eab-hmac-key KEY`, or another server: `berth letsencrypt:set {scope} server production`."
            : code == AcmeProblems.AccountDeactivated.Id ? $"{forget} puts the stored account aside; the next order registers another."
            : code == AcmeProblems.AccountUnknown.Id ? $"{forget} puts the stored account aside; the next order registers another. CAA records that name the old one must name the new one then."
            : code == AcmeProblems.AccountKeyInvalid.Id ? $"Restore the account's files from a backup; or {forget} puts them aside, and the next order registers another."
            : code == AcmeProblems.KeyChangeUnsupported.Id ? $"`berth letsencrypt:account-deactivate {of}` ends the account, then {forget} puts it aside: the next order registers another, with a key of its own."
            : code == AcmeProblems.Unauthorized.Id ? $"`berth letsencrypt:account {of}` shows whether the account is still valid; if not, {forget} puts it aside, and the next order registers another."
            : problem.Remedy;
        return problem with { Remedy = remedy };
    }

    /// <summary>As <see cref="OfAccount"/> where the account itself was asked for: whether it is still valid is what has just been asked.</summary>
    internal static Problem OfRefusedAccount(string scope, string server, Problem problem) => problem with
    {
        Remedy = $"If that means that the account is no longer valid, {ToForget(scope, server)} puts it aside, and the next order registers another.",
    };

    /// <summary>The command that puts an account aside.</summary>
    internal static string ToForget(string scope, string server) => $"`berth letsencrypt:account-forget {AtServer(scope, server)}`";

    private static string AtServer(string scope, string server) => server.Length == 0 ? scope : $"{scope} --server {Printable.Of(server)}";

    /// <summary>Whether it is over once the account is put aside.</summary>
    internal static bool IsOfAccount(string code) =>
        code == AcmeProblems.AccountDeactivated.Id || code == AcmeProblems.AccountUnknown.Id || code == AcmeProblems.AccountKeyInvalid.Id || code == AcmeProblems.Unauthorized.Id;

    /// <summary>A contact that is another account's: whoever wants that one orders with it.</summary>
    internal static Problem OfOtherAccount(string scope, string email, Problem problem) =>
        problem with { Remedy = $"To order with that account: `berth letsencrypt:set {scope} email {Printable.Of(email)}`." };

    /// <summary>Some of the accounts have the new contact by now, and orders are placed with the one of before.</summary>
    internal static Problem ContactOfSome(Problem first) => first with
    {
        Found = $"{Sentences.Ended(first.Found)} The e-mail address that is set was not changed: orders are placed as before.",
    };

    /// <summary>A server that did not answer keeps a contact from being changed.</summary>
    internal static Problem AskedAgain(Problem first, AppName? app, EmailAddress email, Uri left) => first with
    {
        Remedy = $"Once it answers: `berth letsencrypt:account-contact {app?.Text ?? "--global"} {email.Text}` again. Where {Printable.Of(left.Authority)} is not used any more, {ToForget(app?.Text ?? "--global", left.OriginalString)} puts the account there aside first.",
    };

    internal static Problem InvalidGracePeriod(string text) => new(
        GracePeriodInvalid,
        $"'{Printable.Of(text)}' is not a number of seconds.",
        "Set graceperiod to seconds before expiry, 2592000 for 30 days, or leave it unset: then the certificate's lifetime decides.");

    internal static Problem UnknownServer(string text) => new(
        ServerUnknown,
        $"'{Printable.Of(text)}' is not an ACME server.",
        "Set server to production, staging, berth (Berth's own authority), or the https URL of a directory.");

    /// <param name="scope">Where it is set: an app, or <c>--global</c>.</param>
    internal static Problem NoAuthority(string scope = "--global") => new(
        AuthorityOff,
        "The server is set to berth, and Berth's own authority does not run.",
        $"Start the daemon, without --no-authority, or mend what its log says kept the authority from starting and start it anew; or choose another: `berth letsencrypt:set {scope} server production`.");

    internal static Problem SomeLeftOut(AppName app, int count) => new(
        NamesLeftOut,
        $"{count} of the domains of {app} cannot be on the certificate; the others are.",
        "Mend the lines named above, then run the command again.");

    /// <summary>The names that could not be proved while others could; null for none.</summary>
    /// <param name="app">Whose.</param>
    /// <param name="failed">The names that could not be proved.</param>
    /// <param name="impossible">What kept others from being ordered at all.</param>
    /// <param name="goesOn">Whether the daemon renews by itself.</param>
    internal static Problem? LeftOutOf(AppName app, IReadOnlyList<FailedName> failed, IReadOnlyList<Problem> impossible, bool goesOn)
    {
        string[] found = [.. failed.Select(name => Sentences.OfName(name.Name, name.Words)), .. impossible.Select(problem => problem.Found)];
        return found.Length == 0 ? null : new Problem(
            NamesLeftOut,
            string.Join("; ", found.Take(5).Select(words => Printable.Of(words.TrimEnd('.'), 250))) + (found.Length > 5 ? $"; and {found.Length - 5} more." : "."),
            failed.Count == 0 ? impossible[0].Remedy
                : goesOn ? $"They are tried again by themselves; `berth letsencrypt:status {app}` says when."
                : $"`berth letsencrypt:auto-renew {app}` tries them again; `berth letsencrypt:status {app}` says from when on.");
    }

    internal static Problem SomeFailed() => new(
        RenewalFailed, "One or more apps failed to have their certificates renewed", "Each failure is named above with its remedy.");

    internal static Problem NotAllEnabled(int failures, bool isRehearsal) =>
        SomeFailed() with { Found = $"{failures} app{(failures == 1 ? "" : "s")} could not get a certificate{(isRehearsal ? " for all of their domains in the rehearsal" : "")}" };

    internal static Problem BadTrustFile(string path, string reason) => new(
        TrustFileInvalid,
        $"{path}, named by LEGO_CA_CERTIFICATES, holds no certificates: {reason}",
        "Point LEGO_CA_CERTIFICATES of the daemon's environment at a PEM file, or unset it.");
}
