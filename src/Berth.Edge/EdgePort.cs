using System.Collections.Immutable;
using System.Globalization;

namespace Berth.Edge;

/// <summary>
/// A door of the edge: one of the two main ones, whichever port they have on this machine, or a further port that an app asked for.
/// </summary>
/// <param name="Number">The port; 0 for a main one.</param>
/// <param name="Secure">Whether it speaks TLS.</param>
public readonly record struct EdgePort(int Number, bool Secure)
{
    /// <summary>Where plain HTTP comes in: <see cref="EdgeOptions.HttpPort"/>.</summary>
    public static EdgePort Http { get; } = new(0, false);

    /// <summary>Where HTTPS comes in: <see cref="EdgeOptions.HttpsPort"/>.</summary>
    public static EdgePort Https { get; } = new(0, true);

    /// <summary>Both main ones.</summary>
    public static ImmutableArray<EdgePort> Main { get; } = [Http, Https];

    /// <summary>Whether a listener of its own has to be opened for it.</summary>
    public bool IsExtra => Number != 0;

    public override string ToString() =>
        $"{(Secure ? "https" : "http")}{(IsExtra ? $":{Number.ToString(CultureInfo.InvariantCulture)}" : "")}";
}
