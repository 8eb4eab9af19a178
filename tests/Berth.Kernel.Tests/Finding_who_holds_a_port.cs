using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Berth.Kernel.Tests;

public sealed class Finding_who_holds_a_port
{
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("0.0.0.0")]
    [InlineData("::")]
    public void names_the_program_and_its_pid_whatever_the_address(string address)
    {
        using var listener = Listen(IPAddress.Parse(address));

        var holder = PortHolder.Find(Port(listener));

        using var self = Process.GetCurrentProcess();
        Assert.Equal(self.Id, holder?.ProcessId);
        Assert.Equal(File.ReadAllText("/proc/self/comm").Trim(), holder?.Program);
        Assert.EndsWith($"(pid {self.Id})", holder?.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void finds_nobody_while_the_port_is_only_bound()
    {
        using var bound = Bind(IPAddress.Loopback);

        Assert.Null(PortHolder.Find(Port(bound)));
    }

    [Fact]
    public async Task does_not_take_a_client_of_the_port_for_its_holder()
    {
        using var listener = Listen(IPAddress.Loopback);
        using var client = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(listener.LocalEndPoint!);

        Assert.Null(PortHolder.Find(((IPEndPoint)client.LocalEndPoint!).Port));
    }

    private static Socket Listen(IPAddress address)
    {
        var listener = Bind(address);
        listener.Listen();
        return listener;
    }

    private static Socket Bind(IPAddress address)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(address, 0));
        return socket;
    }

    private static int Port(Socket socket) => ((IPEndPoint)socket.LocalEndPoint!).Port;
}
