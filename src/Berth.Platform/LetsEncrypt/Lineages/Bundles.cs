using Berth.Kernel;
using Berth.Platform.Certs;
using Berth.Storage;

namespace Berth.Platform.LetsEncrypt.Lineages;

/// <summary>The certificates kept for an app, and the way back to an earlier one: proven first, then a flip of the pointer.</summary>
public sealed class Bundles(IStateStore store, LineageFiles lineages, TimeProvider time)
{
    /// <summary>The newest first.</summary>
    public IReadOnlyList<Bundle> Of(AppName app)
    {
        var current = lineages.InServiceOf(app);
        return
        [
            .. store.List(LineageFiles.Certificates(app)).Where(name => name != "current")
                .Select(name => new Bundle(name, Read(app, name) is ({ } chain, not null) ? CertificateFacts.TryRead(chain) : null, name == current))
                .OrderByDescending(bundle => bundle.Facts?.NotBefore ?? DateTimeOffset.MinValue)
                .ThenByDescending(bundle => Directory.GetLastWriteTimeUtc(store.FileOf(LineageFiles.Certificates(app).Slash(bundle.Name)))),
        ];
    }

    /// <summary>Finds an earlier certificate, and proves that it can serve.</summary>
    /// <param name="app">Whose.</param>
    /// <param name="wanted">The beginning of a folder's name; null for the one before the current.</param>
    /// <returns>One whose facts are known.</returns>
    /// <exception cref="ProblemException">There is none, or it cannot serve.</exception>
    public Bundle Find(AppName app, string? wanted)
    {
        var all = Of(app);
        var bundle = (wanted is null ? Earlier(all) : Named(app, all, wanted))
            ?? throw LetsEncryptProblems.NoEarlier(app, wanted, all.TakeWhile(other => !other.IsCurrent).FirstOrDefault(), areAny: all.Any(other => !other.IsCurrent)).AsException();
        _ = ReadProven(app, bundle);
        return bundle;
    }

    private static Bundle? Named(AppName app, IReadOnlyList<Bundle> all, string wanted)
    {
        Bundle[] meant = wanted.Length == 0 ? [] : [.. all.Where(bundle => bundle.Name.StartsWith(wanted, StringComparison.Ordinal))];
        return meant.Where(bundle => !bundle.IsCurrent).ToArray() switch
        {
            [var one] => one,
            { Length: > 1 } several => throw LetsEncryptProblems.SeveralMeant(app, wanted, several.Length).AsException(),
            _ => meant is [var current] ? throw LetsEncryptProblems.IsInService(app, current).AsException() : null,
        };
    }

    // Twice back is not forth again; from one that cannot be read, or none, any is a way back.
    private static Bundle? Earlier(IReadOnlyList<Bundle> newestFirst)
    {
        var older = newestFirst.SkipWhile(bundle => !bundle.IsCurrent).Skip(1);
        return newestFirst.FirstOrDefault(bundle => bundle.IsCurrent) is { Facts: not null } ? older.FirstOrDefault() : newestFirst.FirstOrDefault(bundle => !bundle.IsCurrent);
    }

    /// <summary>Puts an earlier certificate into service again.</summary>
    /// <param name="app">Whose.</param>
    /// <param name="bundle">As found.</param>
    /// <exception cref="ProblemException">It can serve no longer, or cannot be written.</exception>
    public void Activate(AppName app, Bundle bundle)
    {
        // Its files may have changed since it was found.
        var (chain, key) = ReadProven(app, bundle);
        lineages.Activate(app, bundle.Name, chain, key);
    }

    private (string Chain, string Key) ReadProven(AppName app, Bundle bundle)
    {
        var (chain, key) = Read(app, bundle.Name);
        return WhyNot(bundle, chain, key) is { } reason
            ? throw LetsEncryptProblems.UnusableBundle(app, bundle.Name, reason).AsException()
            : (chain!, key!);
    }

    private string? WhyNot(Bundle bundle, string? chain, string? key)
    {
        var now = time.GetUtcNow();
        return bundle.Facts is not { } facts || chain is null || key is null ? "its files are not whole"
            : facts.NotAfter <= now || facts.NotBefore > now ? $"it is valid from {facts.NotBefore:u} to {facts.NotAfter:u}"
            : !KeyMatch.Of(chain, key) ? "its key belongs to another certificate"
            : null;
    }

    private (string? Chain, string? Key) Read(AppName app, string name) => KeptPairs.Read(store, LineageFiles.Certificates(app).Slash(name));
}
