using System.Net;

namespace Berth.Platform.Processes;

/// <summary>One healthy instance that accepts connections.</summary>
/// <param name="Type">Its process type.</param>
/// <param name="Index">Its place in the formation, from 1.</param>
/// <param name="InstanceId">Its <see cref="Instance.Id"/>.</param>
/// <param name="Address">Where it listens, seen from the edge.</param>
public sealed record Target(ProcessType Type, int Index, string InstanceId, IPEndPoint Address);
