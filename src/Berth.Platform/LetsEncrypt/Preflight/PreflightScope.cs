using System.Net;
using Berth.Acme.Accounts;
using Berth.Kernel;

namespace Berth.Platform.LetsEncrypt.Preflight;

/// <summary>What is to be looked at.</summary>
public sealed record PreflightScope
{
    /// <summary>Whose certificate it is about.</summary>
    public required AppName App { get; init; }

    /// <summary>The names wanted, wildcards included.</summary>
    public required IReadOnlyList<DomainName> Names { get; init; }

    /// <summary>The addresses wanted.</summary>
    public IReadOnlyList<IPAddress> Addresses { get; init; } = [];

    /// <summary>The server's directory.</summary>
    public required Uri Directory { get; init; }

    /// <summary>The word that the server is set by, where several are; empty where there is one.</summary>
    public string ServerWord { get; init; } = "";

    /// <summary>Whether the server is asked although what it said within the hour is known: before an order it is about to be asked anyway.</summary>
    public bool AsksServer { get; init; }

    /// <summary>The account's contact.</summary>
    public required EmailAddress? Email { get; init; }

    /// <summary>What the account is bound to at a server that knows its customers.</summary>
    public ExternalAccountBinding? Binding { get; init; }

    /// <summary>The profile that is asked for; null for none.</summary>
    public string? Profile { get; init; }

    /// <summary>Whether nothing is ordered where the server has no such profile.</summary>
    public bool ProfileIsRequired { get; init; }

    /// <summary>
    /// Whether what DNS says here is what the server will be told: then a name that does not exist is not asked for. A private server
    /// may have DNS of its own.
    /// </summary>
    public required bool DnsDecides { get; init; }

    /// <summary>Whether the server looks from the internet alone.</summary>
    public required bool IsPublic { get; init; }

    /// <summary>Where the server looks for HTTP-01: 80, but for servers made for testing.</summary>
    public required int HttpPort { get; init; }

    /// <summary>Where it looks for TLS-ALPN-01: 443 likewise.</summary>
    public required int TlsPort { get; init; }

    /// <summary>What is wrong with the DNS provider, as far as that shows; null where nothing does.</summary>
    public Problem? Provider { get; init; }

    /// <summary>Whether it can change no zone that this machine cannot find.</summary>
    public bool NeedsZone { get; init; }

    /// <summary>Whether records are made by hand, for there is no provider.</summary>
    public bool MakesRecordsByHand { get; init; }

    /// <summary>The challenge types that can be answered, the preferred first.</summary>
    public required IReadOnlyList<string> Methods { get; init; }

    /// <summary>Those for one name or address, in the order in which they are tried.</summary>
    public required Func<string, IReadOnlyList<string>> MethodsByName { get; init; }

    /// <summary>The resolvers asked; empty for this machine's.</summary>
    public IReadOnlyList<IPEndPoint> Resolvers { get; init; } = [];

    /// <summary>Where authoritative servers are asked. Default: 53.</summary>
    public int AuthoritativePort { get; init; } = 53;
}
