using Berth.Acme.Protocol;

namespace Berth.Acme.Transport;

/// <summary>The server answered with an error. Stays inside: the border turns it into a problem.</summary>
internal sealed class AcmeRefusalException(AcmeResponse response) : Exception("The CA refused a request.")
{
    internal AcmeResponse Response { get; } = response;

    internal ProblemDocument Document { get; } = response.ReadProblem();

    internal string? Type => Document.Type;

    /// <summary>True when the server wants fewer requests, whatever they ask for.</summary>
    internal bool AsksToWait => Response.Status is 429 or 503 || Type == AcmeError.RateLimited;

    /// <summary>True when asking the same again later may work, so an order under way is kept.</summary>
    internal bool IsTransient => Response.Status >= 500 || Response.Status is 408 or 429
        || Type is AcmeError.RateLimited or AcmeError.BadNonce or AcmeError.ServerInternal or AcmeError.UserActionRequired;
}
