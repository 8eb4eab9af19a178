using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Berth.Platform.LetsEncrypt.Notices;

/// <summary>A mail server's address.</summary>
/// <param name="Host">A name or an address.</param>
/// <param name="Port">587, where messages are submitted (RFC 6409), when none is said.</param>
internal sealed record SmtpEndpoint(string Host, int Port)
{
    private const int Submission = 587;

    internal static bool TryParse(string? text, [NotNullWhen(true)] out SmtpEndpoint? endpoint)
    {
        endpoint = null;
        var colon = text?.LastIndexOf(':') ?? -1;
        var host = colon > 0 ? text![..colon] : text ?? "";
        var port = Submission;
        if (Uri.CheckHostName(host) == UriHostNameType.Unknown
            || (colon > 0 && (!int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port) || port is < 1 or > 65535)))
        {
            return false;
        }

        endpoint = new SmtpEndpoint(host, port);
        return true;
    }
}
