namespace Berth.Platform.CommandLine;

/// <summary>Which of a program's two outputs.</summary>
public enum OutputChannel : byte
{
    Standard = 1,
    Error = 2,
}
