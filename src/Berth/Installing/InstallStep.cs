namespace Berth.Installing;

/// <summary>One thing an installed machine has.</summary>
/// <param name="Missing">What is to be done, in words, or null when it is as it should be already. Changes nothing.</param>
/// <param name="Do">Does it.</param>
internal sealed record InstallStep(Func<string?> Missing, Action Do);
