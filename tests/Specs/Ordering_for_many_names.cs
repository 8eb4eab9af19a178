using System.Globalization;
using Berth.TestKit;

namespace Berth.Specs;

/// <summary>An app with as many names as a certificate may hold.</summary>
public sealed class Ordering_for_many_names
{
    private const int Most = 100;

    [Fact]
    public async Task puts_a_hundred_on_one_certificate_but_for_one_that_cannot_be_proved_and_names_that()
    {
        var port = FreePort.Next();
        string[] names = [.. Enumerable.Range(0, Most).Select(i => string.Create(CultureInfo.InvariantCulture, $"n{i:000}.example.com"))];
        await using var pebble = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = port });
        await pebble.SetServerFailureAsync(names[42]);
        await using var berth = await BerthServer.StartAsync(new Dictionary<string, string?> { ["LEGO_CA_CERTIFICATES"] = pebble.CertificateFile }, port);
        await berth.OkAsync("apps:create", "hello");
        await berth.OkAsync(["domains:set", "hello", .. names]);
        await berth.OkAsync("letsencrypt:set", "--global", "email", "you@example.com");
        await berth.OkAsync("letsencrypt:set", "--global", "server", pebble.DirectoryUrl.ToString());

        var result = await berth.RunAsync("letsencrypt:enable", "hello");

        Assert.Equal(1, result.Status);
        Assert.Contains("-----> Certificate retrieved successfully.", result.Output, StringComparison.Ordinal);
        Assert.Contains($"{names[42]} is left out, so that the others get their certificate", result.Output + result.Error, StringComparison.Ordinal);
        Assert.Contains("1 of the domains of hello cannot be on the certificate; the others are.", result.Error, StringComparison.Ordinal);
        Assert.Equal(
            names.Except([names[42]]),
            (await berth.OkAsync("certs:report", "hello", "--ssl-hostnames")).Trim().Split(' ').Order(StringComparer.Ordinal));
        var failing = await berth.OkAsync("letsencrypt:status", "hello", "--letsencrypt-failing-names");
        Assert.StartsWith($"{names[42]}: ", failing, StringComparison.Ordinal);
        Assert.Contains(", tried again at ", failing, StringComparison.Ordinal);

        // One order failed by its one name; the next left that out.
        Assert.Equal(2, pebble.Orders);
    }
}
