namespace Berth.Platform.CommandLine;

/// <summary>What a command does: reads its words, calls one operation, prints. The result is the exit status.</summary>
public delegate Task<int> CommandBody(CommandCall call);
