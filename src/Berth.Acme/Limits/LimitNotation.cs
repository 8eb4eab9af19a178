using System.Globalization;

namespace Berth.Acme.Limits;

/// <summary>A limit as people write it: <c>new-orders=300/3h</c>, or a space in place of the equals sign.</summary>
public static class LimitNotation
{
    private const int MostCounted = 1_000_000;
    private const int MostUnits = 10_000;

    /// <summary>A kind's name: <c>new-orders</c>.</summary>
    /// <param name="kind">The kind.</param>
    public static string NameOf(LimitKind kind) => kind switch
    {
        LimitKind.NewAccounts => "new-accounts",
        LimitKind.NewOrders => "new-orders",
        LimitKind.CertificatesPerDomain => "certificates-per-domain",
        LimitKind.CertificatesPerSet => "certificates-per-set",
        LimitKind.FailedValidations => "failed-validations",
        _ => "consecutive-failures",
    };

    /// <summary>Reads a limit: kind, number, and a period of seconds, minutes, hours or days.</summary>
    /// <param name="text">What was written.</param>
    /// <returns>Null when it is none.</returns>
    public static RateLimit? Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Split([' ', '\t', '=', '/'], StringSplitOptions.RemoveEmptyEntries) is [var name, var count, [.. var number, var unit]]
            && KindOf(name) is { } kind && Number(count, MostCounted) is { } most && Number(number, MostUnits) is { } units && UnitOf(unit) is { } one
            ? new RateLimit(kind, most, units * one)
            : null;
    }

    private static LimitKind? KindOf(string name) =>
        Enum.GetValues<LimitKind>().Where(kind => NameOf(kind) == name).Select(kind => (LimitKind?)kind).FirstOrDefault();

    private static int? Number(string text, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= most ? number : null;

    private static TimeSpan? UnitOf(char unit) => unit switch
    {
        's' => TimeSpan.FromSeconds(1),
        'm' => TimeSpan.FromMinutes(1),
        'h' => TimeSpan.FromHours(1),
        'd' => TimeSpan.FromDays(1),
        _ => null,
    };
}
