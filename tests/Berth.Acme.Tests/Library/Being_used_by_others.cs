using System.Security.Cryptography.X509Certificates;
using Berth.Kernel;
using Berth.TestKit;

namespace Berth.Acme.Tests.Library;

public sealed class Being_used_by_others(PebbleFixture pebble) : IDisposable
{
    private const string Usage = "public-api.txt is what others build on: after a change that is meant, replace it by public-api.received.txt and say so in CHANGELOG.md";
    private readonly ScratchFolder _scratch = new();

    private static string Sample { get; } = Checkout.File("examples", "acme-client", "bin", Configuration, "net10.0", "acme-client");

    private static string Configuration =>
#if DEBUG
        "Debug";
#else
        "Release";
#endif

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void changes_its_public_face_only_on_purpose()
    {
        var folder = Checkout.File("tests", "Berth.Acme.Tests", "Library");
        var now = PublicApi.Of(typeof(AcmeClient).Assembly);
        var received = Path.Join(folder, "public-api.received.txt");
        var approved = File.ReadAllText(Path.Join(folder, "public-api.txt"));
        if (now != approved)
        {
            AtomicFile.Write(received, now);
        }

        Assert.True(now == approved, Usage);
        File.Delete(received);
    }

    [Fact]
    public async Task takes_a_sample_that_fits_a_screen_to_get_a_certificate()
    {
        var name = Customer.UniqueName();
        await using var files = await FileServer.StartAsync(_scratch["web"]);
        await using var own = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = files.Port }, TestContext.Current.CancellationToken);

        var said = await RunAsync(own, name);

        Assert.True(said.Status == 0, said.ToString());
        Assert.StartsWith($"{name}: from Pebble Intermediate CA", said.Output, StringComparison.Ordinal);
        using var leaf = X509Certificate2.CreateFromPemFile(_scratch[$"kept/{name}.pem"], _scratch[$"kept/{name}.pem"]);
        Assert.True(leaf.HasPrivateKey);
        Assert.All(Directory.EnumerateFiles(_scratch["kept"]), file => Assert.Equal(AtomicFile.Private, File.GetUnixFileMode(file)));
        Assert.Empty(Directory.EnumerateFiles(_scratch["web"], "*", SearchOption.AllDirectories));
        Assert.InRange((await File.ReadAllLinesAsync(Checkout.File("examples", "acme-client", "Program.cs"))).Length, 10, 35);
    }

    [Fact]
    public async Task tells_a_samples_user_what_to_do_when_it_fails()
    {
        var said = await RunAsync(pebble.Pebble, "x.invalid");

        Assert.Equal(1, said.Status);
        Assert.Contains("x.invalid", said.Error, StringComparison.Ordinal);
        Assert.Contains("port 80", said.Error, StringComparison.Ordinal);
    }

    private Task<CommandResult> RunAsync(PebbleServer server, string name) => ExternalProgram.RunAsync(
        Sample,
        [server.DirectoryUrl.OriginalString, name, _scratch["web"], _scratch["kept"]],
        new Dictionary<string, string?> { ["SSL_CERT_FILE"] = server.CertificateFile });
}
