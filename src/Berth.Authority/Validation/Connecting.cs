using System.Net;
using System.Net.Sockets;
using Berth.Acme.Protocol;

namespace Berth.Authority.Validation;

/// <summary>Opens a connection to an address that the policy has seen: the first IPv6 address, then one IPv4 address.</summary>
internal static class Connecting
{
    /// <summary>How long IPv6 may take before IPv4 gets its one try.</summary>
    private static readonly TimeSpan Fallback = TimeSpan.FromSeconds(4);

    /// <param name="view">Who resolves.</param>
    /// <param name="host">A host name or an address.</param>
    /// <param name="port">Where to.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <exception cref="ValidationFailure">No address answers.</exception>
    internal static async Task<(Socket Socket, IPAddress Address)> OpenAsync(
        Perspective view, string host, int port, TimeProvider time, CancellationToken cancel)
    {
        var addresses = await view.AddressesAsync(host, cancel);
        for (var i = 0; ; i++)
        {
            var isLast = i == addresses.Length - 1;
            try
            {
                return (await ConnectAsync(new IPEndPoint(addresses[i], port), isLast ? null : Fallback, time, cancel), addresses[i]);
            }
            catch (SocketException) when (!isLast)
            {
                // RFC 6555 in one step: IPv4 gets its try.
            }
            catch (OperationCanceledException) when (!isLast && !cancel.IsCancellationRequested)
            {
                // As above.
            }
            catch (SocketException e)
            {
                throw new ValidationFailure(
                    AcmeError.Connection, $"{host}: no connection to {string.Join(" nor ", addresses)} port {port}: {e.Message}.");
            }
        }
    }

    private static async Task<Socket> ConnectAsync(
        IPEndPoint endpoint, TimeSpan? patience, TimeProvider time, CancellationToken cancel)
    {
        using var limit = patience is { } wait ? new CancellationTokenSource(wait, time) : new CancellationTokenSource();
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancel);
        var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(endpoint, both.Token);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
