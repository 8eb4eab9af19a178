namespace Berth.TestKit;

/// <summary>What one command said and how it ended.</summary>
public sealed record CommandResult(int Status, string Output, string Error)
{
    public override string ToString() => $"[{Status}]\n{Output}{Error}";
}
