using Berth.Commands;

namespace Berth.Client;

/// <summary>A path as a user wrote it, relative to the folder the command was started in.</summary>
internal static class GivenPath
{
    /// <exception cref="Kernel.ProblemException">The folder the command was started in is gone, or the path is none.</exception>
    public static string Full(string path, string what)
    {
        if (path.Length == 0 || path.Contains('\0', StringComparison.Ordinal))
        {
            throw ProgramProblems.BadOption($"{what} is empty.", "Write the path, for example /srv/berth.").AsException();
        }

        try
        {
            return Path.GetFullPath(path);
        }
        catch (IOException e)
        {
            throw ProgramProblems.NoWorkingFolder().AsException(e);
        }
    }
}
