using System.Net;
using System.Net.Sockets;
using Berth.Kernel;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Berth.Edge.Hosting;

/// <summary>Opens the sockets the edge listens on, and explains why one cannot be opened.</summary>
internal static class ListeningSocket
{
    /// <exception cref="ProblemException">
    /// <see cref="EdgeProblems.PortTaken"/>, <see cref="EdgeProblems.PortForbidden"/>, <see cref="EdgeProblems.AddressUnavailable"/>.
    /// </exception>
    internal static Socket Open(EndPoint endpoint)
    {
        var address = (IPEndPoint)endpoint;
        try
        {
            var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);

            // Accepted connections inherit it (tcp(7)): a WebSocket whose visitor is gone does not stay for ever.
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 60);
            return socket;
        }
        catch (SocketException e)
        {
            throw Explain(address, e).AsException(e);
        }
    }

    private static Problem Explain(IPEndPoint endpoint, SocketException e) => e.SocketErrorCode switch
    {
        SocketError.AddressAlreadyInUse => EdgeProblems.TakenPort(endpoint, PortHolder.Find(endpoint.Port)),
        SocketError.AccessDenied => EdgeProblems.ForbiddenPort(endpoint),
        _ => EdgeProblems.UnavailableAddress(endpoint, e.Message),
    };
}
