using System.Collections.Immutable;
using System.Data.Common;
using static Berth.Authority.Storage.SqlRows;

namespace Berth.Authority.Storage;

/// <summary>What an operator sets: binding keys and incidents.</summary>
internal sealed partial class SqlStore
{
    private const string BindingKeyColumns = "id, secret, created, expires, names, most_accounts, orders_per_day";

    private const string IncidentColumns = "id, serial, issued_from, issued_until, window_start, window_end, url, issuer";

    public Task AddBindingKeyAsync(BindingKeyRecord key, CancellationToken cancel) => _database.ApplyAsync(
        [
            new(
                $"INSERT INTO binding_key ({BindingKeyColumns}) VALUES ($1, $2, $3, $4, $5, $6, $7)",
                key.Id, key.Secret, Time(key.Created), Time(key.Expires), Lines(key.Names), key.MostAccounts, key.OrdersPerDay),
            Noting("binding-key-added", ("key", key.Id), Fact("names", key.Names)),
        ],
        cancel);

    public Task<BindingKeyRecord?> FindBindingKeyAsync(string id, CancellationToken cancel) =>
        FindAsync(new($"SELECT {BindingKeyColumns} FROM binding_key WHERE id = $1", id), BindingKey, cancel);

    public Task<ImmutableArray<BindingKeyRecord>> ListBindingKeysAsync(CancellationToken cancel) =>
        _database.AskAsync(new($"SELECT {BindingKeyColumns} FROM binding_key ORDER BY id"), BindingKey, cancel);

    public Task<bool> RemoveBindingKeyAsync(string id, CancellationToken cancel) => _database.WriteAsync(
        db =>
        {
            var removed = db.Execute("DELETE FROM binding_key WHERE id = $1", id) == 1;
            if (removed)
            {
                Note(db, "binding-key-removed", ("key", id));
            }

            return removed;
        },
        cancel);

    public async Task<int> CountOrdersOfBindingAsync(string bindingKey, DateTimeOffset since, CancellationToken cancel) => (int)await NumberAsync(
        new(
            """
            SELECT count(*) FROM acme_order o JOIN account a ON a.id = o.account
            WHERE a.binding_key = $1 AND o.created > $2
            """,
            bindingKey, Time(since)),
        cancel);

    public Task AddIncidentsAsync(ImmutableArray<IncidentRecord> incidents, CancellationToken cancel) =>
        _database.ApplyAsync([.. incidents.SelectMany(Adding)], cancel);

    public Task<IncidentRecord?> FindIncidentAsync(CertificateRecord certificate, CancellationToken cancel) => FindAsync(
        new(
            $"""
            SELECT {IncidentColumns} FROM incident WHERE (serial = $1 OR serial IS NULL) AND (issuer IS NULL OR issuer = $2)
                AND (issued_from IS NULL OR issued_from <= $3) AND (issued_until IS NULL OR issued_until >= $3) ORDER BY id DESC LIMIT 1
            """,
            certificate.Serial, certificate.IssuerId, Time(certificate.NotBefore)),
        Incident,
        cancel);

    public Task<ImmutableArray<IncidentRecord>> ListIncidentsAsync(CancellationToken cancel) =>
        _database.AskAsync(new($"SELECT {IncidentColumns} FROM incident ORDER BY id DESC"), Incident, cancel);

    public Task<bool> RemoveIncidentAsync(string id, CancellationToken cancel) => _database.WriteAsync(
        db =>
        {
            var removed = db.Execute("DELETE FROM incident WHERE id = $1", id) == 1;
            if (removed)
            {
                Note(db, "incident-removed", ("incident", id));
            }

            return removed;
        },
        cancel);

    private IEnumerable<SqlStatement> Adding(IncidentRecord incident) =>
    [
        new(
            $"INSERT INTO incident ({IncidentColumns}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            incident.Id, incident.Serial, Time(incident.IssuedFrom), Time(incident.IssuedUntil), Time(incident.Start),
            Time(incident.End), incident.Url, incident.Issuer),
        Noting("incident-added", ("incident", incident.Id), ("serial", incident.Serial ?? ""), ("issuer", incident.Issuer ?? "")),
    ];

    private static BindingKeyRecord BindingKey(DbDataReader row) => new()
    {
        Id = row.GetString(0),
        Secret = row.GetFieldValue<byte[]>(1),
        Created = TimeOf(row, 2),
        Expires = row.IsDBNull(3) ? null : TimeOf(row, 3),
        Names = List(row, 4),
        MostAccounts = row.IsDBNull(5) ? null : (int)row.GetInt64(5),
        OrdersPerDay = row.IsDBNull(6) ? null : (int)row.GetInt64(6),
    };

    private static IncidentRecord Incident(DbDataReader row) => new()
    {
        Id = row.GetString(0),
        Serial = TextOrNull(row, 1),
        IssuedFrom = row.IsDBNull(2) ? null : TimeOf(row, 2),
        IssuedUntil = row.IsDBNull(3) ? null : TimeOf(row, 3),
        Start = TimeOf(row, 4),
        End = TimeOf(row, 5),
        Url = TextOrNull(row, 6),
        Issuer = TextOrNull(row, 7),
    };
}
