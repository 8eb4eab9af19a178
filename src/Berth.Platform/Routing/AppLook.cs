namespace Berth.Platform.Routing;

/// <summary>How an app's files are, told without reading them.</summary>
/// <param name="Routes">Another number whenever a file that its names or its certificate are read from is another.</param>
/// <param name="Renewal">Another number whenever something was written of its orders.</param>
internal readonly record struct AppLook(ulong Routes, ulong Renewal);
