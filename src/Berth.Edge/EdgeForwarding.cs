namespace Berth.Edge;

/// <summary>The headers by which an app learns of the visitor behind the edge, for one host.</summary>
public sealed record EdgeForwarding
{
    /// <summary>The edge's own view of the visitor.</summary>
    public static EdgeForwarding Default { get; } = new();

    /// <summary><c>X-Forwarded-For</c>; null writes the visitor's address.</summary>
    public ForwardedValue? For { get; init; }

    /// <summary><c>X-Forwarded-Port</c>; null writes the port the visitor came to.</summary>
    public ForwardedValue? Port { get; init; }

    /// <summary><c>X-Forwarded-Proto</c>; null writes <c>http</c> or <c>https</c>.</summary>
    public ForwardedValue? Proto { get; init; }

    /// <summary><c>X-Forwarded-Ssl</c>; null sends none.</summary>
    public ForwardedValue? Ssl { get; init; }

    /// <summary>
    /// Passes request headers with an underscore in their names on. Default: drops them, for programs that read headers as
    /// variables cannot tell <c>X_Forwarded_For</c> from <c>X-Forwarded-For</c>.
    /// </summary>
    public bool UnderscoresInHeaders { get; init; }
}
