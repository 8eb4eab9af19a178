using System.Net.Sockets;

namespace Berth.Kernel.Tests;

public sealed class Naming_a_fault_of_the_network
{
    [Theory]
    [InlineData(SocketError.TryAgain, "no DNS answer")]
    [InlineData(SocketError.HostNotFound, "DNS does not know this name")]
    [InlineData(SocketError.NoData, "DNS does not know this name")]
    public void says_what_DNS_said_however_deep_it_lies(SocketError error, string words)
    {
        var socket = new SocketException((int)error);
        Assert.Equal(words, NetworkFault.Of(socket));
        Assert.Equal(words, NetworkFault.Of(new HttpRequestException("Resource temporarily unavailable (host:443)", socket)));
    }

    [Fact]
    public void leaves_the_systems_words_for_all_else()
    {
        Assert.Equal("broken", NetworkFault.Of(new IOException("broken")));
        Assert.Equal("refused", NetworkFault.Of(new HttpRequestException("refused", new SocketException((int)SocketError.ConnectionRefused))));
    }
}
