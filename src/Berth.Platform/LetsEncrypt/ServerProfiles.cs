namespace Berth.Platform.LetsEncrypt;

/// <summary>
/// What Let's Encrypt puts on a certificate, by profile (letsencrypt.org/docs/profiles). Others tell it only by refusing an order; they are
/// taken to bear what Let's Encrypt's default does.
/// </summary>
internal static class ServerProfiles
{
    /// <summary>The one in which addresses are certified.</summary>
    public const string Shortlived = "shortlived";

    private const string TlsServer = "tlsserver";
    private const int Usual = 100;
    private const int Few = 25;

    /// <summary>The most names on one certificate, and the profile that is the reason; null for none.</summary>
    public static (int Most, string? Profile) MostNames(IEnumerable<WantedServer> servers, string? profile, bool hasAddresses)
    {
        var ordered = profile ?? (hasAddresses ? Shortlived : null);
        return ordered is Shortlived or TlsServer && servers.Any(server => AcmeServers.IsLetsEncrypt(server.Directory)) ? (Few, ordered) : (Usual, null);
    }

    /// <summary>Whether an address can be ordered in the profile that is set.</summary>
    public static bool TakesAddresses(IEnumerable<WantedServer> servers, string? profile) =>
        profile is null or Shortlived || !servers.Any(server => AcmeServers.IsLetsEncrypt(server.Directory));
}
