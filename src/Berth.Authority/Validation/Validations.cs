using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Security.Cryptography;
using Berth.Acme.Protocol;
using Berth.Authority.Testing;

namespace Berth.Authority.Validation;

/// <summary>Runs one attempt: the proof and CAA, seen by the first perspective, and if it is there by the others too.</summary>
internal sealed class Validations
{
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly FrozenDictionary<string, IChallengeValidator> _validators;
    private readonly ImmutableArray<Perspective> _views;
    private readonly int _quorum;
    private readonly CaaCheck _caa;
    private readonly TimeProvider _time;
    private readonly TestMode? _testing;

    internal Validations(AuthorityOptions options, TimeProvider time)
    {
        var policy = new AddressPolicy(options.AllowPrivateAddresses, options.AllowedNetworks);
        _time = time;
        _testing = options.Testing;
        _caa = new CaaCheck(options.CaaIdentities);
        _views = options.Resolvers.IsEmpty
            ? [new Perspective(null, options.KnownAddresses, policy)]
            : [.. options.Resolvers.Select(resolver => new Perspective(resolver, options.KnownAddresses, policy))];
        _quorum = options.Quorum ?? Quorum.Of(_views.Length);
        var dns = new Dns01Validator();
        _validators = new Dictionary<string, IChallengeValidator>
        {
            [ChallengeType.Http01] = new Http01Validator(options, time),
            [ChallengeType.TlsAlpn01] = new TlsAlpn01Validator(options.HttpsPort, time),
            [ChallengeType.Dns01] = dns,
            [ChallengeType.DnsAccount01] = dns,
            [ChallengeType.DnsPersist01] = new DnsPersist01Validator(options.IssuerNames, time),
        }.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>True when CAA is looked at, and so must be looked at again when the look is old.</summary>
    internal bool ChecksCaa => _caa.IsOn;

    internal async Task<Finding> ProveAsync(ValidationTarget target, CancellationToken cancel)
    {
        if (_testing is { MostSleep: var most } && most > TimeSpan.Zero)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(RandomNumberGenerator.GetInt32((int)most.TotalMilliseconds + 1)), _time, cancel);
        }

        return _testing is { AlwaysValid: true } ? new Finding(null, null) : await LookAsync(target, cancel);
    }

    private Task<Finding> LookAsync(ValidationTarget target, CancellationToken cancel) => SeenByAllAsync(
        target,
        async (view, limit) =>
        {
            var until = await _validators[target.Type].ProveAsync(target, view, limit);
            await _caa.CheckAsync(target, view, limit);
            return until;
        },
        cancel);

    internal Task<Finding> CheckCaaAsync(ValidationTarget target, CancellationToken cancel) => SeenByAllAsync(
        target,
        async (view, limit) =>
        {
            await _caa.CheckAsync(target, view, limit);
            return null;
        },
        cancel);

    private async Task<Finding> SeenByAllAsync(
        ValidationTarget target, Func<Perspective, CancellationToken, Task<DateTimeOffset?>> look, CancellationToken cancel)
    {
        // One request for a name that has no proof, not one for each perspective.
        var first = await SeenByAsync(target, _views[0], look, cancel);
        if (first.Problem is not null || _views.Length == 1)
        {
            return first;
        }

        var others = await Task.WhenAll(_views.Skip(1).Select(view => SeenByAsync(target, view, look, cancel)));
        var failed = others.Where(finding => finding.Problem is not null).ToList();
        return _views.Length - failed.Count >= _quorum
            ? others.Append(first).Where(finding => finding.Problem is null).MinBy(finding => finding.Until ?? DateTimeOffset.MaxValue)!
            : failed[0] with
            {
                Problem = failed[0].Problem! with
                {
                    Detail = $"{_views.Length - failed.Count} of {_views.Length} perspectives see it, {_quorum} are needed. {failed[0].Problem!.Detail}",
                },
            };
    }

    private async Task<Finding> SeenByAsync(
        ValidationTarget target, Perspective view, Func<Perspective, CancellationToken, Task<DateTimeOffset?>> look,
        CancellationToken cancel)
    {
        using var limit = new CancellationTokenSource(Patience, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancel);
        try
        {
            return new Finding(null, await look(view, both.Token));
        }
        catch (ValidationFailure failure)
        {
            return new Finding(failure.Document, null);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            var type = ChallengeType.IsDns(target.Type) ? AcmeError.Dns : AcmeError.Connection;
            return new Finding(
                new ValidationFailure(type, $"{target.Name}: no complete answer within {Patience.TotalSeconds:0} seconds.").Document, null);
        }
    }
}
