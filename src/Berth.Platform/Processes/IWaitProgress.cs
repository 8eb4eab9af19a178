namespace Berth.Platform.Processes;

/// <summary>Progress for somebody who watches: also told of what only takes its time.</summary>
public interface IWaitProgress : IProgress<string>
{
    /// <summary>What is being waited for, one sentence.</summary>
    void Waiting(string text);
}
