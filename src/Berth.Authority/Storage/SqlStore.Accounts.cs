using static Berth.Authority.Storage.SqlRows;

namespace Berth.Authority.Storage;

internal sealed partial class SqlStore
{
    private const string AccountByKey = $"SELECT {AccountColumns} FROM account WHERE thumbprint = $1";

    public Task<AccountRecord?> FindAccountAsync(string id, CancellationToken cancel) =>
        FindAsync(new($"SELECT {AccountColumns} FROM account WHERE id = $1", id), Account, cancel);

    public Task<AccountRecord?> FindAccountByKeyAsync(string thumbprint, CancellationToken cancel) =>
        FindAsync(new(AccountByKey, thumbprint), Account, cancel);

    public Task<AccountRecord?> AddAccountAsync(AccountRecord account, int? mostOfBinding, CancellationToken cancel) => _database.WriteAsync(
        db =>
        {
            if (db.Find(AccountByKey, Account, account.Thumbprint) is { } first)
            {
                return first;
            }

            if (mostOfBinding is not null)
            {
                Hold(db, "SELECT id FROM binding_key WHERE id = $1", account.BindingKey);
            }

            if (db.Number("SELECT count(*) FROM account WHERE binding_key = $1", account.BindingKey) >= (mostOfBinding ?? int.MaxValue))
            {
                return null;
            }

            db.Execute(
                $"INSERT INTO account ({AccountColumns}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING",
                account.Id, account.Thumbprint, account.Jwk, Text(account.Status), Lines(account.Contacts),
                account.TermsAgreed ? 1L : 0L, Time(account.Created), account.Terms, account.BindingKey, account.Binding);
            var stored = db.Find(AccountByKey, Account, account.Thumbprint);
            if (stored?.Id == account.Id)
            {
                Note(db, "account-created", ("account", account.Id), ("thumbprint", account.Thumbprint), Fact("contacts", account.Contacts));
            }

            return stored;
        },
        cancel);

    public Task<bool> UpdateAccountAsync(AccountRecord account, CancellationToken cancel) => _database.WriteAsync(
        db =>
        {
            var changed = db.Execute(
                "UPDATE account SET contacts = $2, terms_agreed = $3, status = $4, terms = $5 WHERE id = $1 AND status = 'valid'",
                account.Id, Lines(account.Contacts), account.TermsAgreed ? 1L : 0L, Text(account.Status), account.Terms) == 1;
            if (changed)
            {
                Note(db, "account-changed", ("account", account.Id), ("status", Text(account.Status)), Fact("contacts", account.Contacts));
            }

            if (changed && account.Status != AccountStatus.Valid)
            {
                EndWorkOf(db, account.Id);
            }

            return changed;
        },
        cancel);

    // §7.3.6: what is pending for a deactivated account ends with it.
    private static void EndWorkOf(SqlSession db, string accountId)
    {
        db.Execute("UPDATE acme_order SET status = 'invalid' WHERE account = $1 AND status IN ('pending', 'ready')", accountId);
        db.Execute("UPDATE acme_authorization SET status = 'deactivated' WHERE account = $1 AND status = 'pending'", accountId);
    }

    public Task<string?> ChangeKeyAsync(
        string accountId, string oldThumbprint, string newThumbprint, string newJwk, CancellationToken cancel) =>
        _database.WriteAsync(
            db =>
            {
                if (db.Find(AccountByKey, Account, newThumbprint) is { } holder)
                {
                    return holder.Id;
                }

                var changed = db.Execute(
                    "UPDATE account SET thumbprint = $3, jwk = $4 WHERE id = $1 AND thumbprint = $2 AND status = 'valid'",
                    accountId, oldThumbprint, newThumbprint, newJwk);
                if (changed == 1)
                {
                    Note(db, "account-key-changed", ("account", accountId), ("old", oldThumbprint), ("new", newThumbprint));
                    return null;
                }

                return accountId;
            },
            cancel);
}
