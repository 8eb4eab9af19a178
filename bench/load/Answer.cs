using System.Text;

namespace Berth.Bench;

/// <summary>What a server answered, as far as ACME needs it.</summary>
internal sealed record Answer(int Status, string? Nonce, string? Location, byte[] Body)
{
    internal string Text => Encoding.UTF8.GetString(Body);
}
