using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Berth.Platform.Takeover;

/// <summary>Asks Docker where a container is now: addresses move when Docker restarts, and the old one may be another app's.</summary>
public sealed class DockerSocket : IDisposable
{
    private const int AnswerLimit = 1 << 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private readonly HttpClient _client;
    private readonly string _path;

    /// <param name="path">Docker's Unix socket.</param>
    public DockerSocket(string path = "/var/run/docker.sock")
    {
        _path = path;
        _client = new HttpClient(new SocketsHttpHandler { ConnectCallback = ConnectAsync, UseProxy = false })
        {
            Timeout = Patience,
            MaxResponseContentBufferSize = AnswerLimit,
        };
    }

    /// <summary>Whether there is a Docker to ask.</summary>
    public bool IsThere => File.Exists(_path);

    /// <returns>Its addresses; none when it does not run; null when Docker does not say.</returns>
    public async Task<IReadOnlyList<IPAddress>?> AddressesOfAsync(string container, CancellationToken cancel)
    {
        try
        {
            using var response = await _client.GetAsync(new Uri($"http://docker/containers/{container}/json"), cancel);
            if (response.StatusCode == HttpStatusCode.NotFound)
            {
                return [];
            }

            using var answer = await JsonDocument.ParseAsync(await response.Content.ReadAsStreamAsync(cancel), cancellationToken: cancel);
            return response.IsSuccessStatusCode ? Read(answer.RootElement) : null;
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or InvalidOperationException or KeyNotFoundException
            || (e is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            return null;
        }
    }

    public void Dispose() => _client.Dispose();

    private static IReadOnlyList<IPAddress> Read(JsonElement container)
    {
        if (!container.GetProperty("State").GetProperty("Running").GetBoolean())
        {
            return [];
        }

        return
        [
            .. container.GetProperty("NetworkSettings").GetProperty("Networks").EnumerateObject()
                .Select(network => network.Value.TryGetProperty("IPAddress", out var text) ? text.GetString() : null)
                .Select(text => IPAddress.TryParse(text, out var address) ? address : null)
                .OfType<IPAddress>(),
        ];
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancel)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(_path), cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
