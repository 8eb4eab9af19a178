using System.Net;
using System.Net.Sockets;
using Berth.Kernel;

namespace Berth.Platform.Processes.Supervision;

/// <summary>
/// Hands out ports that nobody listens on. A port is looked at, not held: a stranger may take it before the app does, which
/// shows as an app that exits with the port in use. Ports go round, so one that was given back rests as long as possible.
/// </summary>
internal sealed class PortPool(PortRange range, Chance chance)
{
    private readonly Lock _lock = new();
    private readonly HashSet<int> _taken = [];
    private int _next = chance.Below(range.Count);

    /// <exception cref="ProblemException"><see cref="ProcessProblems.PortsExhausted"/>.</exception>
    public int Take()
    {
        lock (_lock)
        {
            for (var tried = 0; tried < range.Count; tried++)
            {
                var port = range.First + _next;
                _next = (_next + 1) % range.Count;
                if (!_taken.Contains(port) && IsFree(port))
                {
                    _taken.Add(port);
                    return port;
                }
            }
        }

        throw ProcessProblems.ExhaustedPorts(range).AsException();
    }

    /// <summary>Keeps a port that an adopted process has from being handed out.</summary>
    public void Claim(int port)
    {
        lock (_lock)
        {
            _taken.Add(port);
        }
    }

    public void Release(int port)
    {
        lock (_lock)
        {
            _taken.Remove(port);
        }
    }

    /// <returns>True when a program could listen on the port now, on any address of this host.</returns>
    public static bool IsFree(int port)
    {
        var family = Socket.OSSupportsIPv6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork;
        using var socket = new Socket(family, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (family == AddressFamily.InterNetworkV6)
            {
                socket.DualMode = true;
            }

            socket.Bind(new IPEndPoint(family == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
