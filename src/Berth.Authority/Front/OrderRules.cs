using System.Collections.Immutable;
using Berth.Acme.Protocol;
using Berth.Authority.Policy;
using Berth.Authority.Storage;

namespace Berth.Authority.Front;

/// <summary>Decides whether an account may order what it wants.</summary>
internal sealed class OrderRules(
    AuthorityOptions options, TermsPolicy terms, ProfilePolicy profiles, BindingPolicy bindings, IdentifierPolicy identifiers)
{
    /// <returns>The names, sorted, each once.</returns>
    internal async Task<ImmutableArray<string>> AcceptAsync(
        AccountRecord account, NewOrderRequest wanted, DateTimeOffset now, CancellationToken cancel)
    {
        terms.RequireAgreement(account);
        var profile = profiles.Of(wanted.Profile);
        var within = await bindings.NamesOfAsync(account, cancel);
        var names = identifiers.Accept(wanted.Identifiers, profile, within);
        CheckDates(wanted, profile, now);
        return names;
    }

    /// <summary>The same for an authorization that is asked for ahead of any order (§7.4.1).</summary>
    internal async Task<string> AcceptAsync(AccountRecord account, NewAuthorizationRequest wanted, CancellationToken cancel)
    {
        terms.RequireAgreement(account);
        var within = await bindings.NamesOfAsync(account, cancel);
        var name = identifiers.Accept([wanted.Identifier], profiles.Of(null), within)[0];
        return name.StartsWith("*.", StringComparison.Ordinal)
            ? throw Reject.Malformed("A wildcard cannot be authorized ahead of its order (RFC 8555 §7.4.1); order it.")
            : name;
    }

    private void CheckDates(NewOrderRequest wanted, OrderProfile profile, DateTimeOffset now)
    {
        var start = wanted.NotBefore ?? now;
        var reason = (wanted.NotBefore, wanted.NotAfter) switch
        {
            ({ } before, _) when before < now - TimeSpan.FromHours(1) => "notBefore is more than an hour ago",
            ({ } before, _) when before > now + options.OrderLifetime => "notBefore lies too far ahead",
            (_, { } after) when after <= now || after <= start => "notAfter is not after the start",
            (_, { } after) when after > start + profile.Lifetime
                => $"notAfter is more than {profile.Lifetime.TotalDays:0.##} days after the start, the longest this authority issues",
            _ => null,
        };
        if (reason is not null)
        {
            throw Reject.Malformed($"The validity asked for is not possible: {reason}.");
        }
    }
}
