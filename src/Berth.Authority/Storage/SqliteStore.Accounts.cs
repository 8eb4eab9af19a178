using static Berth.Authority.Storage.SqliteRows;

namespace Berth.Authority.Storage;

internal sealed partial class SqliteStore
{
    private const string AccountByKey = $"SELECT {AccountColumns} FROM account WHERE thumbprint = $1";

    public Task<AccountRecord?> FindAccountAsync(string id, CancellationToken cancel) => ReadAsync(
        db => db.Find($"SELECT {AccountColumns} FROM account WHERE id = $1", Account, id), cancel);

    public Task<AccountRecord?> FindAccountByKeyAsync(string thumbprint, CancellationToken cancel) => ReadAsync(
        db => db.Find(AccountByKey, Account, thumbprint), cancel);

    public Task<AccountRecord> AddAccountAsync(AccountRecord account, CancellationToken cancel) => _writer.WriteAsync(
        db =>
        {
            db.Execute(
                $"INSERT INTO account ({AccountColumns}) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
                account.Id, account.Thumbprint, account.Jwk, Text(account.Status), Lines(account.Contacts),
                account.TermsAgreed, Time(account.Created));
            return db.Find(AccountByKey, Account, account.Thumbprint)!;
        },
        cancel);

    public Task<bool> UpdateAccountAsync(AccountRecord account, CancellationToken cancel) => _writer.WriteAsync(
        db => db.Execute(
            "UPDATE account SET contacts = $2, terms_agreed = $3, status = $4 WHERE id = $1 AND status = 'valid'",
            account.Id, Lines(account.Contacts), account.TermsAgreed, Text(account.Status)) == 1,
        cancel);

    public Task<string?> ChangeKeyAsync(
        string accountId, string oldThumbprint, string newThumbprint, string newJwk, CancellationToken cancel) =>
        _writer.WriteAsync(
            db =>
            {
                if (db.Find(AccountByKey, Account, newThumbprint) is { } holder)
                {
                    return holder.Id;
                }

                var changed = db.Execute(
                    "UPDATE account SET thumbprint = $3, jwk = $4 WHERE id = $1 AND thumbprint = $2 AND status = 'valid'",
                    accountId, oldThumbprint, newThumbprint, newJwk);
                return changed == 1 ? null : accountId;
            },
            cancel);
}
