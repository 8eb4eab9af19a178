using System.Collections.Immutable;
using Berth.Kernel;

namespace Berth.Acme.Dns;

/// <summary>What can go wrong with DNS and those who run it.</summary>
public static class DnsProblems
{
    /// <summary>There is no provider of that name.</summary>
    public static readonly ProblemCode ProviderUnknown = new("dns-provider-unknown") { IsOfSettings = true };

    /// <summary>A provider needs a setting that is not there.</summary>
    public static readonly ProblemCode SettingMissing = new("dns-setting-missing") { IsOfSettings = true };

    /// <summary>A provider's setting cannot be meant as it is.</summary>
    public static readonly ProblemCode SettingInvalid = new("dns-setting-invalid") { IsOfSettings = true };

    /// <summary>No zone was found that holds the name.</summary>
    public static readonly ProblemCode ZoneUnknown = new("dns-zone-unknown");

    /// <summary>The zone is not among those the credentials can change.</summary>
    public static readonly ProblemCode ZoneNotManaged = new("dns-zone-not-managed");

    /// <summary>The provider did not make the change; its words are quoted.</summary>
    public static readonly ProblemCode ProviderRefused = new("dns-provider-refused");

    /// <summary>The provider did not take the credentials.</summary>
    public static readonly ProblemCode CredentialsRefused = new("dns-credentials-refused");

    /// <summary>The provider gave no answer that can be read.</summary>
    public static readonly ProblemCode ProviderUnreachable = new("dns-provider-unreachable");

    /// <summary>The program that changes records failed, or did not start.</summary>
    public static readonly ProblemCode ProgramFailed = new("dns-program-failed");

    /// <summary>A name must be made an alias first, and by its owner.</summary>
    public static readonly ProblemCode AliasMissing = new("dns-alias-missing");

    /// <summary>A record that a person has to make is not there.</summary>
    public static readonly ProblemCode RecordMissing = new("dns-record-missing");

    /// <summary>A provider that is not among those there are.</summary>
    public static Problem NoProvider(string code, IEnumerable<string> known) => new(
        ProviderUnknown,
        $"There is no DNS provider '{Printable.Of(code)}'.",
        $"Choose one of: {string.Join(", ", known)}.");

    internal static Problem NoSetting(string provider, string names) => new(
        SettingMissing,
        $"The DNS provider {provider} needs {names}.",
        $"Set {names}, or the same name with _FILE behind it to a file that holds the value.");

    internal static Problem BadSetting(string provider, string name, string reason) => new(
        SettingInvalid,
        $"The setting {name} of the DNS provider {provider} cannot be used: {reason}.",
        $"Correct {name}.");

    internal static Problem NoZone(string name, string reason) => new(
        ZoneUnknown,
        $"The zone of {Printable.Of(name)} was not found: {Printable.Of(reason)}.",
        "Check that the domain is registered and delegated, and that this machine's resolver answers.");

    internal static Problem NotManaged(string provider, string zone) => new(
        ZoneNotManaged,
        $"The account at {provider} has no zone {Printable.Of(zone)}.",
        "Use the provider that runs the zone, or credentials that may see it.");

    internal static Problem Refused(string provider, string doing, string words, ImmutableArray<string> details = default) => new(
        ProviderRefused,
        $"{provider} refused {Printable.Of(doing)}: {Printable.Of(words, 600)}",
        $"Read what {provider} says; check that the credentials may change the zone.")
    {
        Details = details.IsDefault ? [] : details,
    };

    internal static Problem BadCredentials(string provider, string words) => new(
        CredentialsRefused,
        $"{provider} did not accept the credentials: {Printable.Of(words, 600)}",
        "Check the provider's settings: that they are whole, belong to this account, and have not expired.");

    internal static Problem Unreachable(string provider, string reason) => new(
        ProviderUnreachable,
        $"{provider} was not reached: {Printable.Of(reason)}",
        "Check this machine's network and the provider's status page, then try again.");

    internal static Problem BadProgram(string program, string doing, string words, string reason, IEnumerable<string> output) => new(
        ProgramFailed,
        $"{Printable.Of(program)} could not {doing}: {Printable.Of(reason)}",
        $"Run the program by hand to see why, with the words {Printable.Of(words, 1000)}; it must end with status 0.")
    {
        Details = [.. output.Select(line => Printable.Of(line))],
    };

    internal static Problem NoProgram(string program, string reason) => new(
        ProgramFailed,
        $"{Printable.Of(program)} cannot be run: {Printable.Of(reason)}.",
        "Correct EXEC_PATH, or that file: it must be a program that the owner of this server's files may execute.");

    internal static Problem NoAlias(string name, string target) => new(
        AliasMissing,
        $"{Printable.Of(name)} has to be an alias of {Printable.Of(target)} before it can be proved.",
        $"Create the record {Printable.Of(name)}. CNAME {Printable.Of(target)}. and try again; it is needed once.");

    /// <param name="name">Where it belongs.</param>
    /// <param name="value">What it must hold.</param>
    /// <param name="lacks">What is wrong with the records that are there, each the end of a sentence.</param>
    internal static Problem NoRecord(string name, string value, IReadOnlyList<string> lacks) => new(
        RecordMissing,
        $"The TXT record {Printable.Of(name)} with the value \"{Printable.Of(value, 1000)}\" is not there{(lacks.Count == 0 ? "" : $": what is there {string.Join(", or ", lacks.Take(3))}")}.",
        lacks.Count == 0
            ? "Create it at the domain's DNS provider, and leave it there: it serves every renewal. Then try again."
            : "Create it at the domain's DNS provider, in the place of what is there or beside it, and leave it there: it serves every renewal. Then try again.");
}
