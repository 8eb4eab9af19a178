using Berth.Platform.CommandLine;

namespace Berth.Commands;

/// <summary>Prints which version this is; called as <c>dokku</c>, whose contract it keeps.</summary>
internal static class VersionCommand
{
    /// <summary>The Dokku release whose commands, output and files are kept.</summary>
    public const string Contract = "0.38.27";

    /// <summary>Written into the program when it is built: asking the assembly would start all of reflection.</summary>
    public const string Berth = BuildVersion.Text;

    public static Task<int> Run(Caller caller, CommandOutput output)
    {
        output.Line(caller.Program == "dokku" ? $"dokku version {Contract}" : $"berth version {Berth} (keeps the contract of dokku {Contract})");
        return Task.FromResult(0);
    }
}
