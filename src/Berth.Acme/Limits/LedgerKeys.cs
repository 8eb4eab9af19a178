namespace Berth.Acme.Limits;

/// <summary>What a ledger's entries are kept by.</summary>
internal static class LedgerKeys
{
    public static string Bucket(LimitKind kind, string subject) => $"{kind}|{subject}";

    public static string Gate(GateScope scope, string subject) => $"gate|{scope}|{subject}";

    /// <summary>What a wait is kept for that the authority asked for.</summary>
    public static IEnumerable<(string Key, string Subject)> SubjectsOf(AuthorityGate gate, PlannedOrder order)
    {
        var subjects = gate.Scope switch
        {
            GateScope.Authority => [("", "")],
            GateScope.Registration => [("", "new accounts")],
            GateScope.Account => [(order.Account, order.Account)],
            GateScope.NameSet => [(order.SetKey, order.SetName)],
            _ when gate.Subjects.Count > 0 => gate.Subjects.Select(subject => (subject, subject)),
            GateScope.Domain => order.Domains.Select(domain => (domain, domain)),
            _ => order.Names.Select(name => (name, name)),
        };
        return subjects.Select(subject => (Gate(gate.Scope, subject.Item1), subject.Item2));
    }

    /// <summary>All that such waits could be for which would hold a registration back.</summary>
    public static IEnumerable<string> GatesOfRegistration { get; } = [Gate(GateScope.Authority, ""), Gate(GateScope.Registration, "")];

    /// <summary>All that such waits could be for which would hold the order back: of limits that a renewal is free of, none.</summary>
    public static IEnumerable<string> GatesOf(PlannedOrder order) =>
    [
        Gate(GateScope.Authority, ""), Gate(GateScope.Account, order.Account),
        .. order.ReplacesInWindow ? Array.Empty<string>() : [Gate(GateScope.NameSet, order.SetKey)],
        .. order.IsRenewal || order.ReplacesInWindow ? [] : order.Domains.Select(domain => Gate(GateScope.Domain, domain)),
        .. order.Names.Distinct().Select(name => Gate(GateScope.Name, name)),
    ];
}
