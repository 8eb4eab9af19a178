namespace Berth.Authority.Front;

/// <summary>Where a request was sent.</summary>
internal sealed record RequestTarget
{
    internal required Urls Urls { get; init; }

    internal required string Url { get; init; }

    /// <summary>The route: the path with its id as <c>*</c>, for example <c>order/*/finalize</c>.</summary>
    internal required string Route { get; init; }

    internal required string Id { get; init; }

    internal required string Cursor { get; init; }

    /// <summary>Where it came from.</summary>
    internal required System.Net.IPAddress Client { get; init; }
}
