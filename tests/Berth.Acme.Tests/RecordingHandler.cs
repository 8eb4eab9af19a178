using System.Collections.Concurrent;

namespace Berth.Acme.Tests;

/// <summary>Remembers what went over the wire.</summary>
internal sealed class RecordingHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private readonly ConcurrentQueue<(HttpMethod Method, string Path, string? Location)> _exchanges = new();

    internal int Count => _exchanges.Count;

    internal int Heads => _exchanges.Count(seen => seen.Method == HttpMethod.Head);

    /// <summary>The order URLs the server made.</summary>
    internal IEnumerable<string> OrderUrls => Locations("order");

    internal IEnumerable<string> AccountUrls => Locations("account").Concat(Locations("sign-me-up"));

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        var location = response.IsSuccessStatusCode && response.Headers.Location is { } url ? url.OriginalString : null;
        _exchanges.Enqueue((request.Method, request.RequestUri!.AbsolutePath, location));
        return response;
    }

    private IEnumerable<string> Locations(string word) => _exchanges
        .Where(seen => seen.Location is not null && seen.Path.Contains(word, StringComparison.OrdinalIgnoreCase))
        .Select(seen => seen.Location!)
        .Distinct();
}
