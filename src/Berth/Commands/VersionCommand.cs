using Berth.Platform.CommandLine;

namespace Berth.Commands;

/// <summary>Prints which version this is; called as <c>dokku</c>, whose contract it keeps.</summary>
internal static class VersionCommand
{
    /// <summary>The Dokku release whose commands, output and files are kept.</summary>
    public const string Contract = "0.38.27";

    public static string Berth { get; } = typeof(VersionCommand).Assembly.GetName().Version?.ToString(3) ?? "0";

    public static Task<int> Run(Caller caller, CommandOutput output)
    {
        output.Line(caller.Program == "dokku" ? $"dokku version {Contract}" : $"berth version {Berth} (keeps the contract of dokku {Contract})");
        return Task.FromResult(0);
    }
}
