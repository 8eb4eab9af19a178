using System.Diagnostics.CodeAnalysis;

namespace Berth.Kernel;

/// <summary>An address on the web: absolute, https or http.</summary>
public static class WebUrl
{
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out Uri? url) =>
        Uri.TryCreate(text, UriKind.Absolute, out url) && (url.Scheme == Uri.UriSchemeHttps || url.Scheme == Uri.UriSchemeHttp);
}
