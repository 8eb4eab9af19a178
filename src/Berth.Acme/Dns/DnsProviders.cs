using Berth.Acme.Dns.Providers;

namespace Berth.Acme.Dns;

/// <summary>The DNS providers there are. Their settings carry lego's names, so that who knows lego is at home.</summary>
public static class DnsProviders
{
    /// <summary>In the order of their codes.</summary>
    public static IReadOnlyList<DnsProviderKind> All { get; } =
    [
        new("acme-dns", "acme-dns", ["ACME_DNS_API_BASE", "ACME_DNS_STORAGE_PATH", "ACME_DNS_ALLOWLIST"]),
        new("azuredns", "Azure DNS",
        [
            "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET", "AZURE_TENANT_ID", "AZURE_SUBSCRIPTION_ID", "AZURE_RESOURCE_GROUP",
            "AZURE_ZONE_NAME", "AZURE_ENVIRONMENT", "AZURE_PRIVATE_ZONE",
        ]),
        new("cloudflare", "Cloudflare",
        [
            "CF_DNS_API_TOKEN", "CF_ZONE_API_TOKEN", "CF_API_EMAIL", "CF_API_KEY", "CLOUDFLARE_DNS_API_TOKEN",
            "CLOUDFLARE_ZONE_API_TOKEN", "CLOUDFLARE_EMAIL", "CLOUDFLARE_API_KEY", "CLOUDFLARE_BASE_URL",
        ]),
        new("desec", "deSEC", ["DESEC_TOKEN"]),
        new("digitalocean", "DigitalOcean", ["DO_AUTH_TOKEN", "DO_API_URL"]),
        new("exec", "a program of your own", ["EXEC_PATH", "EXEC_MODE"]),
        new("gandiv5", "Gandi LiveDNS", ["GANDIV5_PERSONAL_ACCESS_TOKEN", "GANDIV5_API_KEY"]),
        new("gcloud", "Google Cloud DNS", ["GCE_SERVICE_ACCOUNT", "GCE_PROJECT", "GCE_ZONE_ID", "GCE_ALLOW_PRIVATE_ZONE"]),
        new("hetzner", "Hetzner", ["HETZNER_API_TOKEN", "HETZNER_API_KEY"]),
        new("namecheap", "Namecheap", ["NAMECHEAP_API_USER", "NAMECHEAP_API_KEY", "NAMECHEAP_CLIENT_IP", "NAMECHEAP_SANDBOX"]),
        new("ovh", "OVHcloud",
        [
            "OVH_ENDPOINT", "OVH_APPLICATION_KEY", "OVH_APPLICATION_SECRET", "OVH_CONSUMER_KEY", "OVH_CLIENT_ID", "OVH_CLIENT_SECRET",
            "OVH_ACCESS_TOKEN",
        ]),
        new("pdns", "PowerDNS", ["PDNS_API_URL", "PDNS_API_KEY", "PDNS_SERVER_NAME", "PDNS_API_VERSION"]),
        new("porkbun", "Porkbun", ["PORKBUN_API_KEY", "PORKBUN_SECRET_API_KEY"]),
        new("rfc2136", "dynamic updates (RFC 2136)",
            ["RFC2136_NAMESERVER", "RFC2136_TSIG_KEY", "RFC2136_TSIG_ALGORITHM", "RFC2136_TSIG_SECRET", "RFC2136_TSIG_FILE", "RFC2136_DNS_TIMEOUT"]),
        new("route53", "Amazon Route 53",
        [
            "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_SHARED_CREDENTIALS_FILE", "AWS_PROFILE",
            "AWS_REGION", "AWS_HOSTED_ZONE_ID", "AWS_PRIVATE_ZONE", "AWS_WAIT_FOR_RECORD_SETS_CHANGED",
        ]),
    ];

    /// <summary>What shows before a provider is asked: a program that is not there, or that nobody may run. Null where nothing does.</summary>
    /// <param name="code">One of <see cref="All"/>.</param>
    /// <param name="settings">As for <see cref="Create"/>.</param>
    public static Kernel.Problem? Look(string code, IReadOnlyDictionary<string, string> settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return code == "exec" && settings.TryGetValue("EXEC_PATH", out var program) ? ExternalProgram.Look(program) : null;
    }

    /// <summary>Makes a provider; nothing is asked of it yet.</summary>
    /// <param name="code">One of <see cref="All"/>.</param>
    /// <param name="settings">Names and values; what does not concern it is passed over.</param>
    /// <param name="http">Carries its requests; SHOULD NOT follow redirects. Stays the caller's.</param>
    /// <param name="time">The clock of all waits.</param>
    /// <param name="rights">Of files and programs that settings name; null for the process's own.</param>
    /// <exception cref="Kernel.ProblemException">
    /// <see cref="DnsProblems.ProviderUnknown"/>, <see cref="DnsProblems.SettingMissing"/>, <see cref="DnsProblems.SettingInvalid"/>.
    /// </exception>
    public static IDnsProvider Create(
        string code, IReadOnlyDictionary<string, string> settings, HttpClient http, TimeProvider time, DnsRights? rights = null)
    {
        var own = new DnsSettings(code, settings, rights ?? DnsRights.Own);
        return code switch
        {
            "acme-dns" => new AcmeDns(own, http, time),
            "azuredns" => new AzureDns(own, http, time),
            "cloudflare" => new Cloudflare(own, http, time),
            "desec" => new Desec(own, http, time),
            "digitalocean" => new DigitalOcean(own, http, time),
            "exec" => new ExternalProgram(own),
            "gandiv5" => new Gandi(own, http, time),
            "gcloud" => new GoogleCloud(own, http, time),
            "hetzner" => own.Find("HETZNER_API_TOKEN") is null && own.Find("HETZNER_API_KEY") is not null
                ? new HetznerConsole(own, http, time)
                : new HetznerCloud(own, http, time),
            "namecheap" => new Namecheap(own, http, time),
            "ovh" => new Ovh(own, http, time),
            "pdns" => new PowerDns(own, http, time),
            "porkbun" => new Porkbun(own, http, time),
            "rfc2136" => new Rfc2136(own, time),
            "route53" => new Route53(own, http, time),
            _ => throw DnsProblems.NoProvider(code, All.Select(kind => kind.Code)).AsException(),
        };
    }
}
