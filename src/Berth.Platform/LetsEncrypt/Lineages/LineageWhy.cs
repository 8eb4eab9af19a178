using System.Globalization;
using Berth.Acme.Issuing;
using Berth.Kernel;
using Berth.Platform.Certs;

namespace Berth.Platform.LetsEncrypt.Lineages;

/// <summary>Why <see cref="LineagePlan"/> has chosen a step, in a sentence for people.</summary>
internal static class LineageWhy
{
    private const int MostTold = 3;

    /// <param name="names">Not on the certificate.</param>
    /// <param name="after">What becomes of them; empty for nothing more.</param>
    public static string Missing(IReadOnlyCollection<DomainName> names, string after = "") =>
        $"{Listed([.. names.Select(name => name.Text)])} not on the certificate{(after.Length == 0 ? "" : $", and {IsOrAre(names.Count)} {after}")}";

    public static string Retried(IReadOnlyList<FailingName> names) =>
        $"{Listed([.. names.Select(name => name.Name)])} not on the certificate and to be tried again: {Reasons(names)}";

    public static string Resumed(LineageWants wants, LineageStored stored)
    {
        const string GoneOnWith = "an order that was begun is gone on with";
        return stored.Order is not { } order || wants.WhyNot is not null || wants.Names.Count == 0 || wants.Servers.Count == 0 ? GoneOnWith
            : !wants.Servers.Contains(order.DirectoryUrl) ? "an order that was begun is at a server that is not asked any more, and another is placed"
            : !IsFor(order, wants, stored) ? "an order that was begun is for other names, and another is placed"
            : wants.Servers.Count > 1 ? $"{GoneOnWith} at {new Uri(order.DirectoryUrl).Authority}, unless another server is asked instead"
            : GoneOnWith;
    }

    public static string Nothing(LineageWants wants, LineageStored stored) =>
        wants.WhyNot is { } why ? $"a certificate {(wants.ByDefault ? "is wanted by default" : "was asked for")} and cannot be ordered: {Sentences.Inside(why.Found)}"
        : stored.State.LastFailure is null ? "no certificate is asked for"
        : "its certificate could not be had";

    public static string Mended(LineageFailure before) =>
        $"it was asked for{On(before.At)} and could not be ordered: {Sentences.Inside(before.Found).TrimEnd('.')}; settings have changed since, and it is to be ordered again";

    public static string Asked(LineageState state) => state is { Advice: null, AskAdviceAt: not null }
        ? "the server advised no time when it issued it, and is asked now and then whether it does by now"
        : "until then the server is asked whether it wants it sooner";

    /// <returns>What came of the last question for advice; empty where it was answered.</returns>
    public static string Unanswered(CertificateFacts facts, LineageState state) =>
        state.Advice is { Unanswered: { Length: > 0 } why } advice && advice.Serial == facts.Serial
            ? $"; when it was asked last{On(advice.UnansweredAt)}: {Printable.Of(Sentences.Inside(why), LineageAdvice.LongestWords).TrimEnd('.')}"
            : "";

    public static string Minute(DateTimeOffset time) => string.Create(CultureInfo.InvariantCulture, $"{time.UtcDateTime:yyyy-MM-dd HH:mm} UTC");

    // All that is wanted, what the certificate has of it, or what was left of either where some had failed before it was placed.
    private static bool IsFor(PendingOrder order, LineageWants wants, LineageStored stored)
    {
        string[] names = [.. wants.Names.Select(name => name.Text)];
        return order.IsFor(names)
            || (order.Names.Count > 0 && stored.State.AreLeftOf(names, order.Names, [.. order.LeftOut.Select(name => name.Name)]))
            || (stored.InService is { } facts && order.IsFor([.. names.Where(name => CertificateNames.Cover(facts.Names, name))]));
    }

    private static string Listed(IReadOnlyCollection<string> names) => $"{Sentences.Some(names, MostTold)} {IsOrAre(names.Count)}";

    private static string IsOrAre(int count) => count == 1 ? "is" : "are";

    // Of several each its own.
    private static string Reasons(IReadOnlyList<FailingName> failing) => failing.Select(name => name.Words).Distinct().Count() == 1
        ? Reason(failing[0].Words)
        : string.Join("; ", failing.Take(MostTold).Select(name => Reason(Sentences.OfName(name.Name, name.Words))));

    private static string Reason(string words) => Printable.Of(words.TrimEnd('.'), 300);

    // The file may be written by hand.
    private static string On(DateTimeOffset? time) => time is { } at ? $" on {Minute(at)}" : "";
}
