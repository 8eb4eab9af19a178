using System.Collections.Immutable;
using static Berth.Authority.Storage.SqlRows;

namespace Berth.Authority.Storage;

internal sealed partial class SqlStore
{
    public Task AddCertificateAsync(CertificateRecord certificate, CancellationToken cancel) =>
        _database.ApplyAsync([Adding(certificate), NotingIssued(certificate)], cancel);

    public Task<CertificateRecord?> FindCertificateAsync(string serial, CancellationToken cancel) =>
        FindAsync(new($"SELECT {CertificateColumns} FROM certificate WHERE serial = $1", serial), Certificate, cancel);

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

    public Task<long> CrlRevisionAsync(string issuerId, CancellationToken cancel) =>
        NumberAsync(new("SELECT revision FROM crl_revision WHERE issuer = $1", issuerId), cancel);

    public Task<ImmutableArray<RevokedSerial>> ListRevokedAsync(
        string issuerId, DateTimeOffset now, CancellationToken cancel) => _database.AskAsync(
        new(
            """
            SELECT serial, revoked, reason FROM certificate
            WHERE issuer = $1 AND not_after > $2 AND revoked IS NOT NULL ORDER BY revoked, serial
            """,
            issuerId, Time(now)),
        row => new RevokedSerial(row.GetString(0), TimeOf(row, 1), (int)row.GetInt64(2)),
        cancel);

    public Task RenewCrlAsync(string issuerId, CancellationToken cancel) => _database.ApplyAsync(
        [
            new("INSERT INTO crl_revision VALUES ($1, 1) ON CONFLICT (issuer) DO UPDATE SET revision = crl_revision.revision + 1", issuerId),
            Noting("crl-refreshed", ("issuer", issuerId)),
        ],
        cancel);

    public async Task<bool> IsCompromisedAsync(string keyHash, CancellationToken cancel) =>
        await NumberAsync(new("SELECT count(*) FROM certificate WHERE key_hash = $1 AND reason = 1", keyHash), cancel) > 0;

    public Task<long> NextCrlNumberAsync(string issuerId, CancellationToken cancel) => _database.WriteAsync(
        db =>
        {
            db.Execute(
                "INSERT INTO crl VALUES ($1, 1) ON CONFLICT (issuer) DO UPDATE SET number = crl.number + 1", issuerId);
            return db.Number("SELECT number FROM crl WHERE issuer = $1", issuerId);
        },
        cancel);

    // What is not stored is not issued. Its serial number is nobody else's, so it is there if it was stored a moment ago, and only then.
    private SqlStatement NotingIssued(CertificateRecord certificate)
    {
        var noting = Noting(
            "certificate-issued", ("serial", certificate.Serial), ("account", certificate.AccountId ?? ""), ("issuer", certificate.IssuerId),
            Fact("names", certificate.Names));
        return new(
            "INSERT INTO audit_event SELECT $1, $2, $3, $4 WHERE EXISTS (SELECT 1 FROM certificate WHERE serial = $5)",
            [.. noting.Values, certificate.Serial]);
    }

    // As above: the order names it if it was decided a moment ago.
    private static SqlStatement AddingTo(string orderId, CertificateRecord certificate) => new(
        $"""
        INSERT INTO certificate ({CertificateColumns}) SELECT $1, $2, $3, $4, $5, $6, $7, NULL, NULL, $8
        WHERE EXISTS (SELECT 1 FROM acme_order WHERE id = $9 AND certificate = $1) ON CONFLICT DO NOTHING
        """,
        [.. Adding(certificate).Values, orderId]);

    private static SqlStatement Adding(CertificateRecord certificate) => new(
        $"INSERT INTO certificate ({CertificateColumns}) VALUES ($1, $2, $3, $4, $5, $6, $7, NULL, NULL, $8)",
        certificate.Serial, certificate.AccountId, certificate.IssuerId, certificate.Der, certificate.KeyHash,
        Time(certificate.NotBefore), Time(certificate.NotAfter), Lines(certificate.Names));
}
