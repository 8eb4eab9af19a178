using Berth.Kernel;

namespace Berth.Platform.Registries;

/// <summary>What can be wrong with credentials for image registries.</summary>
public static class RegistryProblems
{
    public static readonly ProblemCode ArgumentMissing = new("registry-argument-missing", Contract: true);
    public static readonly ProblemCode ServerInvalid = new("registry-server-invalid");
    public static readonly ProblemCode NotLoggedIn = new("registry-not-logged-in", Contract: true);
    public static readonly ProblemCode ConfigDamaged = new("registry-config-damaged");

    internal static Problem Missing(string what) => new(
        ArgumentMissing,
        $"Missing {what} argument",
        "Write `berth registry:login --global --password-stdin ghcr.io my-user` and give the password on standard input.");

    internal static Problem BadServer(string server) => new(
        ServerInvalid, $"'{Printable.Of(server, 100)}' is no registry's address.", "Give its host name, with a port if it needs one: registry.example.com:5000.");

    internal static Problem NoCredentials(AppName app) => new(
        NotLoggedIn, $"No registry credentials found for app {app}", "Without --global, the app's own credentials are meant; those of all apps go with `berth registry:logout --global`.");

    internal static Problem Damaged(string file) => new(
        ConfigDamaged, $"{file} is no Docker configuration.", "Mend it or move it away, then log in again. Nothing was changed.");
}
