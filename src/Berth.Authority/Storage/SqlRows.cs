using System.Collections.Immutable;
using System.Data.Common;

namespace Berth.Authority.Storage;

/// <summary>Columns to values and back. Lists are lines of text: no name, id or contact holds a line end.</summary>
internal static class SqlRows
{
    internal const string AccountColumns = "id, thumbprint, jwk, status, contacts, terms_agreed, created, terms, binding_key, binding";

    internal const string OrderColumns =
        "id, account, status, created, expires, names, authorizations, not_before, not_after, csr, certificate, error, profile, replaces";

    internal const string ChallengeColumns = "id, authz, type, token, status, validated, error, account_url";

    internal const string CertificateColumns =
        "serial, account, issuer, der, key_hash, not_before, not_after, revoked, reason, names";

    internal static ImmutableArray<T> All<T>(DbDataReader rows, Func<DbDataReader, T> read)
    {
        // Most questions are for one row.
        if (!rows.Read())
        {
            return [];
        }

        var first = read(rows);
        if (!rows.Read())
        {
            return [first];
        }

        var all = ImmutableArray.CreateBuilder<T>();
        all.Add(first);
        do
        {
            all.Add(read(rows));
        }
        while (rows.Read());

        return all.ToImmutable();
    }

    internal static string Text<T>(T status) where T : struct, Enum => status.ToString().ToLowerInvariant();

    internal static string Lines(ImmutableArray<string> items) => string.Join('\n', items);

    internal static long Time(DateTimeOffset time) => time.ToUnixTimeMilliseconds();

    internal static object? Time(DateTimeOffset? time) => time?.ToUnixTimeMilliseconds();

    internal static AccountRecord Account(DbDataReader row) => new()
    {
        Id = row.GetString(0),
        Thumbprint = row.GetString(1),
        Jwk = row.GetString(2),
        Status = Status<AccountStatus>(row, 3),
        Contacts = List(row, 4),
        TermsAgreed = row.GetInt64(5) != 0,
        Created = TimeOf(row, 6),
        Terms = TextOrNull(row, 7),
        BindingKey = TextOrNull(row, 8),
        Binding = TextOrNull(row, 9),
    };

    internal static OrderRecord Order(DbDataReader row) => new()
    {
        Id = row.GetString(0),
        AccountId = row.GetString(1),
        Status = Status<OrderStatus>(row, 2),
        Created = TimeOf(row, 3),
        Expires = TimeOf(row, 4),
        Names = List(row, 5),
        AuthorizationIds = List(row, 6),
        NotBefore = row.IsDBNull(7) ? null : TimeOf(row, 7),
        NotAfter = row.IsDBNull(8) ? null : TimeOf(row, 8),
        Csr = row.IsDBNull(9) ? null : row.GetFieldValue<byte[]>(9),
        CertificateId = TextOrNull(row, 10),
        Error = TextOrNull(row, 11),
        Profile = TextOrNull(row, 12),
        Replaces = TextOrNull(row, 13),
    };

    /// <summary>Columns id, account, name, status, expires.</summary>
    internal static AuthorizationRecord Authorization(DbDataReader row) => new()
    {
        Id = row.GetString(0),
        AccountId = row.GetString(1),
        Name = row.GetString(2),
        Status = Status<AuthorizationStatus>(row, 3),
        Expires = TimeOf(row, 4),
        Challenges = [],
    };

    internal static ChallengeRecord Challenge(DbDataReader row) => Challenge(row, 0);

    /// <param name="row">Where they stand.</param>
    /// <param name="first">The column of the id; the others follow.</param>
    internal static ChallengeRecord Challenge(DbDataReader row, int first) => new()
    {
        Id = row.GetString(first),
        AuthorizationId = row.GetString(first + 1),
        Type = row.GetString(first + 2),
        Token = row.GetString(first + 3),
        Status = Status<ChallengeStatus>(row, first + 4),
        Validated = row.IsDBNull(first + 5) ? null : TimeOf(row, first + 5),
        Error = TextOrNull(row, first + 6),
        AccountUrl = TextOrNull(row, first + 7),
    };

    internal static CertificateRecord Certificate(DbDataReader row) => new()
    {
        Serial = row.GetString(0),
        AccountId = TextOrNull(row, 1),
        IssuerId = row.GetString(2),
        Der = row.GetFieldValue<byte[]>(3),
        KeyHash = row.GetString(4),
        NotBefore = TimeOf(row, 5),
        NotAfter = TimeOf(row, 6),
        Revoked = row.IsDBNull(7) ? null : TimeOf(row, 7),
        Reason = row.IsDBNull(8) ? null : (int)row.GetInt64(8),
        Names = List(row, 9),
    };

    internal static DateTimeOffset TimeOf(DbDataReader row, int column) =>
        DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(column));

    private static T Status<T>(DbDataReader row, int column) where T : struct, Enum =>
        Enum.Parse<T>(row.GetString(column), ignoreCase: true);

    internal static string? TextOrNull(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    internal static ImmutableArray<string> List(DbDataReader row, int column) =>
        row.GetString(column) is { Length: > 0 } text ? [.. text.Split('\n')] : [];
}
