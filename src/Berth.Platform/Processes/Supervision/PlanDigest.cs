using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Berth.Platform.Processes.Supervision;

/// <summary>
/// Tells what an instance was started with from what it would be started with now: release, folder, command, account, configuration.
/// Keyed with the daemon's id, so that a record gives no hint at a secret.
/// </summary>
internal static class PlanDigest
{
    public static string Of(ProcessPlan plan, ProcessType type, string daemonId)
    {
        using var digest = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(daemonId));
        Add(digest, plan.ReleaseId);
        Add(digest, plan.Artifact);
        Add(digest, plan.Processes.TryGetValue(type, out var command) ? command.Text : "");
        Add(digest, plan.User is { } user ? string.Create(CultureInfo.InvariantCulture, $"{user.User}:{user.Group}") : "");
        foreach (var (name, value) in plan.Environment.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            Add(digest, name);
            Add(digest, value);
        }

        return Convert.ToHexStringLower(digest.GetHashAndReset());
    }

    private static void Add(IncrementalHash digest, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        digest.AppendData(BitConverter.GetBytes(bytes.Length));
        digest.AppendData(bytes);
    }
}
