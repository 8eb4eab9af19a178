using System.Collections.Immutable;
using static Berth.Authority.Storage.SqlRows;

namespace Berth.Authority.Storage;

internal sealed partial class SqlStore
{
    public Task AddCertificateAsync(CertificateRecord certificate, CancellationToken cancel) => _database.WriteAsync(
        db =>
        {
            db.ExecuteAll(Adding(certificate), NotingIssued(certificate));
            return true;
        },
        cancel);

    public Task<CertificateRecord?> FindCertificateAsync(string serial, CancellationToken cancel) => _database.ReadAsync(
        db => db.Find($"SELECT {CertificateColumns} FROM certificate WHERE serial = $1", Certificate, serial), cancel);

    public Task<bool> RevokeAsync(string serial, DateTimeOffset at, int reason, CancellationToken cancel) => _database.WriteAsync(
        db =>
        {
            var changed = db.Execute(
                "UPDATE certificate SET revoked = $2, reason = $3 WHERE serial = $1 AND revoked IS NULL", serial, Time(at), reason) == 1;
            if (changed)
            {
                db.Execute(
                    """
                    INSERT INTO crl_revision SELECT issuer, 1 FROM certificate WHERE serial = $1
                    ON CONFLICT (issuer) DO UPDATE SET revision = crl_revision.revision + 1
                    """,
                    serial);
                Note(db, "certificate-revoked", ("serial", serial), Fact("reason", reason));
            }

            return changed;
        },
        cancel);

    public Task<long> CrlRevisionAsync(string issuerId, CancellationToken cancel) => _database.ReadAsync(
        db => db.Number("SELECT revision FROM crl_revision WHERE issuer = $1", issuerId), cancel);

    public Task<ImmutableArray<RevokedSerial>> ListRevokedAsync(
        string issuerId, DateTimeOffset now, CancellationToken cancel) => _database.ReadAsync(
        db => db.List(
            """
            SELECT serial, revoked, reason FROM certificate
            WHERE issuer = $1 AND not_after > $2 AND revoked IS NOT NULL ORDER BY revoked, serial
            """,
            row => new RevokedSerial(row.GetString(0), TimeOf(row, 1), (int)row.GetInt64(2)), issuerId, Time(now))
            .ToImmutableArray(),
        cancel);

    public Task RenewCrlAsync(string issuerId, CancellationToken cancel) => _database.WriteAsync(
        db =>
        {
            Note(db, "crl-refreshed", ("issuer", issuerId));
            return db.Execute(
                "INSERT INTO crl_revision VALUES ($1, 1) ON CONFLICT (issuer) DO UPDATE SET revision = crl_revision.revision + 1", issuerId);
        },
        cancel);

    public Task<bool> IsCompromisedAsync(string keyHash, CancellationToken cancel) => _database.ReadAsync(
        db => db.Number("SELECT count(*) FROM certificate WHERE key_hash = $1 AND reason = 1", keyHash) > 0, cancel);

    public Task<long> NextCrlNumberAsync(string issuerId, CancellationToken cancel) => _database.WriteAsync(
        db =>
        {
            db.Execute(
                "INSERT INTO crl VALUES ($1, 1) ON CONFLICT (issuer) DO UPDATE SET number = crl.number + 1", issuerId);
            return db.Number("SELECT number FROM crl WHERE issuer = $1", issuerId);
        },
        cancel);

    private (string Sql, object?[] Values) NotingIssued(CertificateRecord certificate) => Noting(
        "certificate-issued", ("serial", certificate.Serial), ("account", certificate.AccountId ?? ""), ("issuer", certificate.IssuerId),
        Fact("names", certificate.Names));

    private static (string Sql, object?[] Values) Adding(CertificateRecord certificate) => (
        $"INSERT INTO certificate ({CertificateColumns}) VALUES ($1, $2, $3, $4, $5, $6, $7, NULL, NULL, $8)",
        [
            certificate.Serial, certificate.AccountId, certificate.IssuerId, certificate.Der, certificate.KeyHash,
            Time(certificate.NotBefore), Time(certificate.NotAfter), Lines(certificate.Names),
        ]);
}
