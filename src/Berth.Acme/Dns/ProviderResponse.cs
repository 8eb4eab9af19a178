using System.Text;

namespace Berth.Acme.Dns;

/// <summary>A provider's answer, read whole within its limit.</summary>
internal sealed record ProviderResponse(int Status, byte[] Body, string? Version)
{
    internal bool IsSuccess => Status is >= 200 and < 300;

    internal string Text => Encoding.UTF8.GetString(Body);
}
