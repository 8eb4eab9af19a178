using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Berth.Acme.Protocol;
using Berth.Authority.Storage;
using Berth.TestKit;
using Microsoft.AspNetCore.Http;

namespace Berth.Authority.Tests;

public sealed class Surviving_a_restart : WithAuthority
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    [Fact]
    public async Task keeps_accounts_orders_certificates_and_revocations()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        var (leaf, pem) = await client.IssueAsync(_key, Host, "a.localhost");
        await client.RevokeAsync(leaf);
        var (pendingUrl, _) = await client.OrderAsync("b.localhost");

        await Authority.RestartAsync();

        Assert.Equal("pending", (await client.ReadAsync(pendingUrl, AcmeJson.Default.Order)).Status);
        var orders = await client.ReadAsync(client.Kid + "/orders", AcmeJson.Default.OrderList);
        var valid = await client.ReadAsync(orders.Orders.Single(url => url != pendingUrl), AcmeJson.Default.Order);
        Assert.Equal(pem, (await client.PostAsync(valid.Certificate!)).Body);
        (await client.RevokeAsync(leaf)).Refuses(AcmeError.AlreadyRevoked, 400);
        Assert.Equal("ready", (await client.OrderAsync("a.localhost")).Order.Status);
    }

    [Fact]
    public async Task takes_up_a_validation_that_was_cut_short()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        var reached = new TaskCompletionSource();
        Host.Behaviour = async context =>
        {
            reached.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        };
        var (url, order) = await client.OrderAsync("a.localhost");
        var challenge = await client.ChallengeOfAsync(order.Authorizations[0]);
        Assert.Equal("processing", (await client.PostAsync(challenge.Url, "{}")).As(AcmeJson.Default.Challenge).Status);
        await reached.Task;

        Host.Behaviour = context => context.Response.WriteAsync(KeyAuthorization.Of(challenge.Token!, client.Key.Thumbprint));
        await Authority.RestartAsync();

        Assert.Equal("ready", (await client.WaitAsync(url, AcmeJson.Default.Order, found => found.Status != "pending")).Status);
    }

    [Fact]
    public async Task takes_up_an_issuance_that_was_cut_short()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        var (url, order) = await client.OrderAsync("a.localhost");
        await client.ProveAsync(url, order, Host);
        var csr = JsonSerializer.Deserialize(AcmeTestClient.Csr(_key, "a.localhost"), AcmeJson.Default.FinalizeRequest)!.Csr;
        StrictBase64Url.TryDecode(csr, out var der);
        await Authority.Server.DisposeAsync();
        await using (var store = SqliteStore.Open(Path.Combine(Authority.Options.DataFolder, "authority.db")))
        {
            Assert.True(await store.StartIssuanceAsync(url[(url.LastIndexOf('/') + 1)..], der!, new Lease("gone", DateTimeOffset.MaxValue), CancellationToken.None));
        }

        await Authority.RestartAsync();

        Assert.Equal("valid", (await client.WaitAsync(url, AcmeJson.Default.Order, found => found.Status != "processing")).Status);
    }

    [Fact]
    public async Task loses_no_certificate_it_has_handed_out_when_killed()
    {
        using var scratch = new ScratchFolder();
        var port = FreePort.Next();
        using var child = AuthorityProcess.Start(scratch["authority"], port, Host.Port);
        Assert.Equal("started", await child.StandardOutput.ReadLineAsync());
        var handedOut = new List<X509Certificate2>();
        using var client = await RegisterAtAsync(scratch["authority/keys/root.pem"], port);
        var issued = new TaskCompletionSource();
        var killing = KillSoonAsync(child, issued.Task);
        try
        {
            while (true)
            {
                handedOut.Add((await client.IssueAsync(_key, Host, $"n{handedOut.Count}.localhost")).Leaf);
                issued.TrySetResult();
            }
        }
        catch (HttpRequestException)
        {
            // Killed.
        }

        await killing;
        Assert.NotEmpty(handedOut);
        await using var store = SqliteStore.Open(scratch["authority/authority.db"]);
        foreach (var leaf in handedOut)
        {
            var found = await store.FindCertificateAsync(leaf.SerialNumber.ToLowerInvariant(), CancellationToken.None);
            Assert.Equal(leaf.RawData, found!.Der);
        }
    }

    [Theory]
    [InlineData("signed")]
    [InlineData("recorded")]
    public async Task issues_once_and_records_it_when_killed_while_signing(string step)
    {
        using var scratch = new ScratchFolder();
        var port = FreePort.Next();
        string url;
        using (var child = AuthorityProcess.Start(scratch["authority"], port, Host.Port, failPoint: step))
        {
            Assert.Equal("started", await child.StandardOutput.ReadLineAsync());
            using var client = await RegisterAtAsync(scratch["authority/keys/root.pem"], port);
            (url, var order) = await client.OrderAsync("a.localhost");
            await client.ProveAsync(url, order, Host);
            await Record.ExceptionAsync(() => client.PostAsync(order.Finalize, AcmeTestClient.Csr(_key, "a.localhost")));
            await child.WaitForExitAsync();

            using var again = AuthorityProcess.Start(scratch["authority"], port, Host.Port);
            Assert.Equal("started", await again.StandardOutput.ReadLineAsync());
            var done = await client.ReadAsync(url, AcmeJson.Default.Order);
            Assert.Equal(step == "signed" ? "ready" : "valid", done.Status);
            if (done.Status == "ready")
            {
                // As a client does that had no answer.
                Assert.Equal(200, (await client.PostAsync(order.Finalize, AcmeTestClient.Csr(_key, "a.localhost"))).Status);
                done = await client.WaitAsync(url, AcmeJson.Default.Order, found => found.Status is "valid" or "invalid");
            }

            Assert.Equal(200, (await client.PostAsync(done.Certificate!)).Status);
            again.Kill();
            await again.WaitForExitAsync();
        }

        await using var store = SqliteStore.Open(scratch["authority/authority.db"]);
        Assert.Single(await store.ListCertificatesAsync(new CertificateFilter { Name = "a.localhost" }, 10, CancellationToken.None));
    }

    private static async Task KillSoonAsync(Process child, Task issued)
    {
        await issued;
        await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, CancellationToken.None);
        child.Kill();
        await child.WaitForExitAsync();
    }

    private static async Task<AcmeTestClient> RegisterAtAsync(string rootPath, int port)
    {
        using var root = X509CertificateLoader.LoadCertificateFromFile(rootPath);
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(X509CertificateLoader.LoadCertificate(root.RawData));
        var http = new HttpClient(new SocketsHttpHandler { SslOptions = { CertificateChainPolicy = policy } });
        return await AcmeTestClient.RegisterAsync(http, new Uri($"https://localhost:{port}/directory"));
    }
}
