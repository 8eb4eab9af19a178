using System.Net.Sockets;
using System.Text;
using Berth.Platform.Takeover;
using Berth.TestKit;

namespace Berth.Platform.Tests.Takeover;

public sealed class Asking_Docker : IDisposable
{
    private readonly ScratchFolder _scratch = new();

    [Theory]
    [InlineData("200 OK", """{"State":{"Running":true},"NetworkSettings":{"Networks":{"bridge":{"IPAddress":"172.17.0.9"},"x":{"IPAddress":""}}}}""", "172.17.0.9")]
    [InlineData("200 OK", """{"State":{"Running":false},"NetworkSettings":{"Networks":{"bridge":{"IPAddress":"172.17.0.9"}}}}""", "")]
    [InlineData("404 Not Found", """{"message":"No such container"}""", "")]
    [InlineData("500 Internal Server Error", """{"message":"no"}""", null)]
    [InlineData("200 OK", "{}", null)]
    [InlineData("200 OK", "[1]", null)]
    [InlineData("200 OK", "not JSON", null)]
    public async Task says_where_a_container_is_now(string status, string body, string? expected)
    {
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(_scratch["docker.sock"]));
        listener.Listen();
        var asked = AnswerAsync(listener, $"HTTP/1.1 {status}\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}");
        using var docker = new DockerSocket(_scratch["docker.sock"]);

        Assert.True(docker.IsThere);
        var found = await docker.AddressesOfAsync("0123456789ab", CancellationToken.None);

        Assert.Equal(expected, found is null ? null : string.Join(',', found));
        Assert.StartsWith("GET /containers/0123456789ab/json HTTP/1.1\r\n", await asked, StringComparison.Ordinal);
    }

    [Fact]
    public async Task knows_nothing_where_there_is_no_Docker()
    {
        using var docker = new DockerSocket(_scratch["nothing.sock"]);
        Assert.False(docker.IsThere);
        Assert.Null(await docker.AddressesOfAsync("0123456789ab", CancellationToken.None));
    }

    public void Dispose() => _scratch.Dispose();

    private static async Task<string> AnswerAsync(Socket listener, string answer)
    {
        using var connection = await listener.AcceptAsync();
        var buffer = new byte[4096];
        var length = await connection.ReceiveAsync(buffer);
        await connection.SendAsync(Encoding.UTF8.GetBytes(answer));
        return Encoding.UTF8.GetString(buffer, 0, length);
    }
}
