namespace Berth.Platform.LetsEncrypt.Lineages;

/// <summary>One reason why an attempt waits, and until when; on disk, so that a restart waits no shorter and no longer.</summary>
public sealed record LineageGate
{
    public required GateKind Kind { get; init; }

    /// <summary>The attempt may go from then on. Where a person must act, it is looked at again then.</summary>
    public required DateTimeOffset Until { get; init; }

    /// <summary>When what shut it is over, where that is later: until then it is looked at now and then. Null where it is no later.</summary>
    public DateTimeOffset? OverAt { get; init; }

    /// <summary>One sentence for people, with the server's own words where it said some.</summary>
    public required string Reason { get; init; }

    /// <summary>The directory of the server it is about; null for all.</summary>
    public string? Server { get; init; }

    /// <summary>The directories of the servers that it does not hold back; null for none.</summary>
    public IReadOnlyList<string>? Except { get; init; }

    /// <summary>What <c>letsencrypt:set --global limits</c> said when a limit shut it, which is over once that says otherwise; null for none.</summary>
    public string? Limits { get; init; }

    /// <summary>The e-mail of the account that was to order then: another has limits of its own. Null where that is not kept.</summary>
    public string? Account { get; init; }

    /// <summary>The names that were to be ordered when a limit shut it: others may not draw on that limit. Null where it is shut for any.</summary>
    public IReadOnlyList<string>? Names { get; init; }

    /// <summary>The names or registered domains that it is about where a server has asked for it; null where it is about more.</summary>
    public IReadOnlyList<string>? About { get; init; }

    /// <summary>Whether the names that are on the certificate could be ordered all the same: it holds back others, which are to be on it besides.</summary>
    public bool SparesRenewal { get; init; }

    /// <summary>The page at which a person can open it or read about it.</summary>
    public string? Page { get; init; }

    /// <summary>The same, looked at again by then: a server that means a year must not let a certificate lapse, and can say so again.</summary>
    internal LineageGate AtMost(DateTimeOffset latest) => Until > latest ? this with { Until = latest, OverAt = Until } : this;

    /// <summary>Whether it holds an order back that asks for no more than what is on the certificate, or for more.</summary>
    internal bool Holds(bool isRenewal) => !(isRenewal && SparesRenewal);

    /// <summary>Whether it holds back an order for one of these names.</summary>
    internal bool IsAbout(IReadOnlyCollection<string> names) =>
        About is not { Count: > 0 } about || names.Any(name => about.Any(one => name == one || name.EndsWith("." + one, StringComparison.Ordinal)));

    /// <summary>Whether a server has asked for that wait itself; of its limits the ledger knows better.</summary>
    internal bool IsWaitAt(string server) => Server == server && Names is null && Kind is not (GateKind.Backoff or GateKind.Limit or GateKind.SetAside);

    /// <summary>Whether it is the pause after a failure, which spares some servers and not this one.</summary>
    internal bool IsPauseAt(string server) => Kind == GateKind.Backoff && Except?.Contains(server) == false;
}
