namespace Berth.Kernel;

/// <summary>A link lies where an account other than root could have put it, and root does not follow it (docs/decisions/0015).</summary>
/// <param name="path">The link.</param>
public sealed class StrayLinkException(string path) : IOException(
    $"{Printable.Of(path)} is a link that others than root could have put there; root does not follow it");
