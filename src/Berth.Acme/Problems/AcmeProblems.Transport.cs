using System.Globalization;
using Berth.Kernel;

namespace Berth.Acme;

public static partial class AcmeProblems
{
    internal static Problem HostUnknown(string host) => new(
        ServerHostUnknown,
        $"The certificate authority's host {Printable.Of(host)} is not known to DNS (or its proxy's is not).",
        $"Check the server URL, and that this machine resolves names: getent hosts {Printable.Of(host)}");

    internal static Problem Refused(string authority) => new(
        ServerRefused,
        $"The certificate authority at {Printable.Of(authority)} refused the connection: nothing listens there (or at the proxy in between).",
        "Check the host and port of the server URL, and that the authority is running.");

    internal static Problem NotTrusted(string authority, string reason) => new(
        ServerNotTrusted,
        $"The TLS certificate of {Printable.Of(authority)} is not trusted: {Printable.Of(reason)}",
        "For a private authority, name its root in LEGO_CA_CERTIFICATES of the daemon's environment; for a public one, unset that and check this machine's clock and roots.");

    internal static Problem NoTls(string authority) => new(
        ServerNotTrusted,
        $"No TLS is spoken at {Printable.Of(authority)}.",
        "Check the host and port of the server URL: an ACME server is asked over https.");

    /// <summary>
    /// The server's certificate is valid at the time that the server tells, and not at ours. No certificate is made before its time: one that begins
    /// later convicts our clock. One that has ended may have been kept by a server whose own clock stands still.
    /// </summary>
    internal static Problem WrongClock(string authority, DateTimeOffset ours, DateTimeOffset theirs) => new(
        ClockWrong,
        $"This machine's clock {(ours < theirs ? "is" : "seems to be")} wrong: it says {Minute(ours)}, and {Printable.Of(authority)} says {Minute(theirs)}. {(ours < theirs
            ? "By this clock the authority's TLS certificate is not valid yet"
            : "By this clock the authority's TLS certificate has expired, and by its own it has not")}, so nothing can be asked of it.",
        "Set the clock, and keep it set: timedatectl set-ntp true. If it is right, the authority's own is wrong: tell its operator.");

    /// <summary>The server's certificate is valid neither by this machine's clock nor by its own.</summary>
    internal static Problem HasLapsed(string authority, DateTimeOffset ours, DateTimeOffset theirs) => new(
        ServerNotTrusted,
        $"The TLS certificate of {Printable.Of(authority)} is not valid now: neither by this machine's clock ({Minute(ours)}) nor by its own ({Minute(theirs)}).",
        "The certificate authority's own certificate has lapsed: tell its operator, or use another.");

    internal static Problem NotValidNow(string authority, string reason) => new(
        ServerNotTrusted,
        $"The TLS certificate of {Printable.Of(authority)} is not trusted: {Printable.Of(reason)}",
        "Look at this machine's clock first, and set it where it is wrong: timedatectl set-ntp true. Where it is right, the certificate has lapsed: tell the authority's operator.");

    internal static Problem NoAnswerInTime(string authority, TimeSpan limit) => new(
        ServerTimeout,
        $"The certificate authority at {Printable.Of(authority)} did not answer in time (at most {Spoken(limit)}).",
        "Check that outgoing connections to it are allowed, or try again later; an order that was placed is kept.");

    internal static Problem NotReached(string authority, string reason) => new(
        ServerUnreachable,
        $"The certificate authority at {Printable.Of(authority)} was not reached: {Printable.Of(reason)}",
        "Check this machine's network and firewall, or try again later; an order that was placed is kept.");

    /// <param name="url">What was asked.</param>
    /// <param name="what">The end of "The answer of … ": a verb first.</param>
    internal static Problem BadResponse(string url, string what) => new(
        ResponseInvalid,
        $"The answer of {Printable.Of(url)} {Printable.Of(what)}.",
        "Check that the server URL names an ACME directory and that no proxy stands between, or try again later.");

    internal static Problem UrlUnusable(string host, string url) => new(
        UrlInvalid,
        $"The certificate authority {Printable.Of(host)} uses the URL '{Printable.Of(url)}', which is not https.",
        "The certificate authority itself is set up wrongly: its directory must name https URLs. Tell its operator, or use another.");

    internal static Problem UrlForeign(string host, string other) => new(
        UrlInvalid,
        $"The certificate authority {Printable.Of(host)} sends its client to {Printable.Of(other)}, a host its directory does not name.",
        "The certificate authority itself is set up wrongly, or a proxy changes its answers. Tell its operator, or use another.");

    private static string Minute(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    /// <summary>A time as people say it, rounded up: <c>90 seconds</c>, <c>4 minutes</c>, <c>3 hours</c>.</summary>
    internal static string Spoken(TimeSpan time)
    {
        var (count, unit) = time switch
        {
            { TotalSeconds: <= 120 } => (time.TotalSeconds, "second"),
            { TotalMinutes: <= 120 } => (time.TotalMinutes, "minute"),
            { TotalHours: <= 48 } => (time.TotalHours, "hour"),
            _ => (time.TotalDays, "day"),
        };
        // What is over by a second is no hour more.
        var whole = (long)Math.Ceiling(count - 0.01);
        return string.Create(CultureInfo.InvariantCulture, $"{whole} {unit}{(whole == 1 ? "" : "s")}");
    }
}
