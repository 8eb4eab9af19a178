using Berth.Authority.Storage;
using Berth.Kernel;

namespace Berth.Authority.Audit;

/// <summary>Reads a log from its first line to its last and finds where its chain breaks.</summary>
internal static class AuditCheck
{
    /// <returns>How many lines there are.</returns>
    /// <exception cref="ProblemException"><see cref="AuthorityProblems.AuditBroken"/>, with the first line that is wrong.</exception>
    internal static async Task<long> VerifyAsync(AuditLog log, IAuthorityStore store, CancellationToken cancel)
    {
        var (count, previous, id) = (0L, new string('0', 64), "");
        AuditHead? head = null;
        foreach (var line in log.Lines())
        {
            if (AuditText.CheckedHash(line) is not { } hash)
            {
                throw AuthorityProblems.BrokenAudit(log.Path, count + 1, "it was changed").AsException();
            }

            if (AuditLog.Field(line, "previous") != previous || AuditLog.Number(line) != count)
            {
                throw AuthorityProblems.BrokenAudit(log.Path, count + 1, "lines before it were taken out, moved or put in").AsException();
            }

            id = count == 0 ? AuditLog.Field(line, "log") ?? "" : id;
            head = count == 0 ? await store.FindAuditHeadAsync(id, cancel) : head;
            if (head?.Number == count && head.Hash != hash)
            {
                throw AuthorityProblems.BrokenAudit(log.Path, count + 1, "the log was written anew: the database remembers another line here").AsException();
            }

            (previous, count) = (hash, count + 1);
        }

        return head is null || head.Number < count
            ? count
            : throw AuthorityProblems.BrokenAudit(log.Path, count + 1, $"lines at the end are missing: there were {head.Number + 1}").AsException();
    }
}
