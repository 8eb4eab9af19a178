using Berth.Platform.LetsEncrypt;
using Berth.Platform.Tests.Support;

namespace Berth.Platform.Tests.LetsEncrypt;

/// <summary>A command has another environment than the daemon, and is to tell of the same certificates.</summary>
public sealed class Finding_the_roots_of_the_daemon : IDisposable
{
    private readonly Room _room = new();

    public void Dispose() => _room.Dispose();

    [Theory]
    [InlineData("/etc/roots.pem", "/root/other.pem", "/etc/roots.pem")]
    [InlineData("/etc/roots.pem", null, "/etc/roots.pem")]
    [InlineData("/etc/../roots.pem", "", "/roots.pem")]
    [InlineData("", null, null)]
    public void goes_by_what_the_daemon_was_started_with(string? daemon, string? command, string? expected)
    {
        Assert.Equal(expected, TrustFile.Of(daemon, _room.Store, inDaemon: true));

        Assert.Equal(expected, TrustFile.Of(command, _room.Store, inDaemon: false));
    }

    /// <summary>Nothing is written for a daemon without: a server that goes back to Dokku has no file of it.</summary>
    [Fact]
    public void goes_by_its_own_where_the_daemon_has_none()
    {
        TrustFile.Of("/etc/roots.pem", _room.Store, inDaemon: true);
        Assert.Null(TrustFile.Of(null, _room.Store, inDaemon: true));

        Assert.Equal("/root/other.pem", TrustFile.Of("/root/other.pem", _room.Store, inDaemon: false));
        Assert.Empty(Directory.GetFiles(_room.Scratch.Path, "trust-file", SearchOption.AllDirectories));
    }
}
