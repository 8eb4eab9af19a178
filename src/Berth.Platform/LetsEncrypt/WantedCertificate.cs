using Berth.Kernel;

namespace Berth.Platform.LetsEncrypt;

/// <summary>What an app's certificate should be, decided before any server is asked.</summary>
/// <param name="Names">What can be ordered; never empty.</param>
/// <param name="LeftOut">What cannot, each with its remedy.</param>
/// <param name="Settings">The settings that hold.</param>
/// <param name="Directory">The server to ask.</param>
public sealed record WantedCertificate(
    IReadOnlyList<DomainName> Names, IReadOnlyList<Problem> LeftOut, LetsEncryptSettings Settings, Uri Directory)
{
    /// <summary>The settings as one line, in the words of the client that users of 2016 know; names the certificate's folder.</summary>
    public string AsConfig() =>
        $"--pem --http --accept-tos --server {Directory} --email {Settings.Email} {string.Join(' ', Names.Select(name => $"--domains {name}"))}";
}
