using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Berth.Kernel;

namespace Berth.Edge;

/// <summary>Where one process of an app takes HTTP/1.1 requests. Two with the same address are the same target.</summary>
public sealed record EdgeTarget
{
    private EdgeTarget(string address) => Address = address;

    /// <summary><c>http://host:port</c>, without a path and without a slash at its end.</summary>
    public string Address { get; }

    public override string ToString() => Address;

    /// <summary>A process on this machine, reached by <c>127.0.0.1</c>.</summary>
    public static EdgeTarget Loopback(int port) => Parse($"http://127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}");

    /// <exception cref="ProblemException"><see cref="EdgeProblems.TargetInvalid"/>.</exception>
    public static EdgeTarget Parse(string text) =>
        TryParse(text, out var target) ? target : throw EdgeProblems.InvalidTarget(text).AsException();

    public static bool TryParse(string? text, [NotNullWhen(true)] out EdgeTarget? target)
    {
        target = Uri.TryCreate(text, UriKind.Absolute, out var uri)
            && uri.Scheme == Uri.UriSchemeHttp && uri.PathAndQuery == "/" && uri.UserInfo.Length == 0 && uri.Fragment.Length == 0
            && uri.Port is > 0 and <= 65535
            ? new EdgeTarget($"http://{uri.IdnHost switch { var host when host.Contains(':', StringComparison.Ordinal) => $"[{host}]", var host => host }}:{uri.Port.ToString(CultureInfo.InvariantCulture)}")
            : null;
        return target is not null;
    }
}
