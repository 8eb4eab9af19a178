namespace Berth.Platform.Processes;

/// <summary>Ports that apps are given, both ends included. The default lies below Linux's ephemeral range (32768 …).</summary>
public sealed record PortRange(int First, int Last)
{
    public static readonly PortRange Default = new(20000, 29999);

    public int Count => Last - First + 1;
}
