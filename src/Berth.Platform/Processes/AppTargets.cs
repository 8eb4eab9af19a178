using System.Collections.Immutable;
using Berth.Kernel;

namespace Berth.Platform.Processes;

/// <summary>Where requests for an app may go.</summary>
/// <param name="App">The app.</param>
/// <param name="Version">Grows with every change, so that a late reader can tell which of two is newer.</param>
/// <param name="Targets">Healthy instances that receive requests; empty when there are none.</param>
public sealed record AppTargets(AppName App, long Version, ImmutableArray<Target> Targets);
