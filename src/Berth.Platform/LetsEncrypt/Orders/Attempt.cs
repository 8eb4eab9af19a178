using Berth.Acme;
using Berth.Acme.Issuing;
using Berth.Kernel;

namespace Berth.Platform.LetsEncrypt.Orders;

/// <summary>How far one attempt has come: what is wanted still, how it is proved, and which servers have failed.</summary>
internal sealed class Attempt(WantedCertificate wanted, ChosenSolvers chosen)
{
    private readonly Dictionary<string, ProblemCode> _failed = new(StringComparer.Ordinal);

    // Who waits for a first certificate is not to ask three times before the next server is.
    private readonly bool _isUrgent = !wanted.IsPatient && wanted.InService is not { Serial: not null, FromAcme: true };
    private WantedCertificate _wanted = wanted;

    /// <summary>What is asked for, of the servers that may be asked yet.</summary>
    public WantedCertificate Wanted => _isUrgent && _wanted.Servers.Count > _failed.Count
        ? _wanted with { Servers = [.. _wanted.Servers.Where(server => !HasFailedAt(server))] }
        : _wanted;

    /// <summary>What a failure is remembered of.</summary>
    public WantedCertificate Remembered { get; private set; } = wanted;

    public ChosenSolvers Chosen { get; private set; } = chosen;

    /// <summary>Whether the names are proved as they were chosen to be at first.</summary>
    public bool IsFirstWay { get; private set; } = true;

    /// <summary>Whether the user was told how.</summary>
    public bool IsAnnounced { get; set; } = true;

    /// <summary>The failure of the server asked last; null where none has failed.</summary>
    public ProblemException? Last { get; private set; }

    /// <summary>The proof that failed, where another is being tried: it is what is to be mended, whatever its second try meets.</summary>
    public (ProblemException Failure, ServerToAsk At, bool WasSecondChoice)? Unproved { get; private set; }

    /// <summary>The same of the servers that have not failed, but for one.</summary>
    public WantedCertificate Besides(WantedServer server) => _wanted with { Servers = [.. _wanted.Servers.Where(other => other != server && !HasFailedAt(other))] };

    public bool HasFailedAt(WantedServer server) => _failed.ContainsKey(server.Key);

    /// <summary>As if nothing held the order back at servers that have failed themselves.</summary>
    public ServerToAsk Sparing(ServerToAsk asked) => asked with { AllGates = [.. asked.AllGates.Where(gate => gate.Server is not { } server || !_failed.ContainsKey(server))] };

    /// <summary>Names have failed, and what was left at the server is spent: another may be free.</summary>
    public void GoOnWithout(IReadOnlyList<FailedName> names, bool countsInFull)
    {
        _wanted = _wanted.Without(names) with { Untried = [.. _wanted.Untried, .. names], CountsInFull = _wanted.CountsInFull || countsInFull };
        Remembered = Remembered.Without(names);
    }

    /// <summary>Names that wait while the others, which are on a certificate that is due, are renewed.</summary>
    public IReadOnlyList<DomainName> Waiting { get; private set; } = [];

    /// <param name="names">Which.</param>
    /// <param name="why">What they wait for.</param>
    /// <param name="code">Of the problem that is; null for what holds them back.</param>
    public void LetWait(IReadOnlyList<DomainName> names, string why, string? code = null)
    {
        Waiting = names;
        FailedName[] untried = [.. names.Select(name => new FailedName(name.Text, code ?? LetsEncryptProblems.HeldBack.Id, why))];
        _wanted = _wanted.Without(untried) with { Untried = [.. _wanted.Untried, .. untried] };
        Remembered = Remembered.Without(untried);

        // Where it was these that a server did not take yet, it may take the others.
        foreach (var server in _failed.Where(failed => ServerChoice.IsHold(failed.Value)).ToArray())
        {
            _failed.Remove(server.Key);
        }
    }

    /// <summary>What was to be ordered, those that wait among it.</summary>
    public WantedCertificate Whole => Wanted with { Names = [.. Wanted.Names, .. Waiting] };

    public void TryOtherWay(ChosenSolvers other, ProblemException failure, ServerToAsk at)
    {
        Unproved = (failure, at, AcmeProblems.FailedNamesOf(failure).All(Chosen.IsSecondChoice));
        (Chosen, IsFirstWay, IsAnnounced) = (other, false, false);
    }

    /// <summary>The failure as it is told: what kept the name from being proved the usual way is to be mended first.</summary>
    public ProblemException Told(ProblemException failure) => Unproved is not { Failure: var first, WasSecondChoice: var wasSecond } ? failure
        : failure.Problem.Code.IsOfSettings ? first
        : wasSecond ? Retold.After(first, failure)
        : Retold.Then(first, failure);

    /// <summary>Each server is asked once in an attempt, whatever its pause: where all keep failing, the next attempt waits like any other.</summary>
    public void FailedAt(WantedServer server, ProblemException failure)
    {
        Last = failure;
        _failed[server.Key] = failure.Problem.Code;
        _wanted = _wanted with { GoesOn = true };
        Remembered = _wanted with { IsEarly = true };
        Unproved = null;
    }
}
