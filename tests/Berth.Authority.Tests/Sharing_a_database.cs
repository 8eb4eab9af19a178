using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Berth.Acme.Protocol;
using Berth.Authority.Storage;
using Berth.TestKit;
using Microsoft.Extensions.Time.Testing;

namespace Berth.Authority.Tests;

/// <summary>Two nodes on one PostgreSQL database, each in a process of its own.</summary>
public sealed class Sharing_a_database : IAsyncLifetime
{
    private readonly ScratchFolder _scratch = new();
    private ChallengeHost _host = null!;
    private string _database = "";

    public async ValueTask InitializeAsync()
    {
        _host = await ChallengeHost.StartAsync();
        _database = await (await PostgresServer.SharedAsync()).NewDatabaseAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _scratch.Dispose();
    }

    [Fact]
    public async Task finishes_what_a_killed_node_had_begun_to_sign()
    {
        var (a, b) = (FreePort.Next(), FreePort.Next());
        using var first = await StartAsync("a", a, failPoint: "at signed");
        JoinCluster();
        using var second = await StartAsync("b", b);
        using var client = await ClientAsync(a);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var (url, order) = await client.OrderAsync("a.localhost");
        await client.ProveAsync(url, order, _host);
        var told = await client.PostAsync(order.Finalize, AcmeTestClient.Csr(key, "a.localhost"));
        Assert.Equal("processing", told.As(AcmeJson.Default.Order).Status);
        first.Kill();

        // The same account, at the node that lives.
        using var other = await ClientAsync(b, client.Key, client.Kid);
        var done = await other.WaitAsync(url.Replace($":{a}/", $":{b}/", StringComparison.Ordinal), AcmeJson.Default.Order, found => found.Status is "valid" or "invalid");

        Assert.Equal("valid", done.Status);
        Assert.Equal(200, (await other.PostAsync(done.Certificate!)).Status);
        second.Kill();
    }

    [Fact]
    public async Task loses_nothing_it_has_handed_out_under_load_when_one_is_killed()
    {
        var (a, b) = (FreePort.Next(), FreePort.Next());
        using var first = await StartAsync("a", a);
        JoinCluster();
        using var second = await StartAsync("b", b);
        var handedOut = new System.Collections.Concurrent.ConcurrentBag<X509Certificate2>();
        using var stop = new CancellationTokenSource();
        var load = Enumerable.Range(0, 6).Select(i => LoadAsync(i % 2 == 0 ? a : b, $"l{i}", handedOut, stop.Token)).ToList();
        await Eventually(() => handedOut.Count >= 12);

        first.Kill();
        var before = handedOut.Count;
        await Eventually(() => handedOut.Count >= before + 12);
        await stop.CancelAsync();
        await Task.WhenAll(load);
        second.Kill();

        await using var store = new SqlStore(PostgresDatabase.Open(_database));
        foreach (var leaf in handedOut)
        {
            Assert.Equal(leaf.RawData, (await store.FindCertificateAsync(leaf.SerialNumber.ToLowerInvariant(), CancellationToken.None))!.Der);
        }
    }

    [Fact]
    public async Task takes_a_nonce_once_whichever_node_gave_it_and_shows_a_revocation_everywhere()
    {
        await using var first = await NodeAsync();
        await using var second = await NodeAsync(beside: first);
        Assert.Equal(first.Server.Root.RawData, second.Server.Root.RawData);
        using var here = await AcmeTestClient.RegisterAsync(first);
        using var there = await AcmeTestClient.RegisterAsync(second);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        var header = await here.HeaderAsync(there.Kid!) with { Kid = there.Kid };
        var body = AcmeTestClient.Body(there.Key, header, "");
        Assert.Equal(200, (await there.SendAsync(there.Kid!, body)).Status);
        (await there.SendAsync(there.Kid!, body)).Refuses(AcmeError.BadNonce, 400);

        var (leaf, _) = await here.IssueAsync(key, _host, "a.localhost");
        using var http = new HttpClient();
        var address = new Uri(second.Server.HttpBase!, "crl/1.crl");
        Assert.DoesNotContain(leaf.SerialNumber, Convert.ToHexString(await http.GetByteArrayAsync(address)), StringComparison.Ordinal);
        await here.RevokeAsync(leaf);
        Assert.Contains(leaf.SerialNumber, Convert.ToHexString(await http.GetByteArrayAsync(address)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task signs_once_for_an_order_that_is_finalized_at_two_nodes_at_the_same_moment()
    {
        // It stands still, so that no lease ends however long the machine takes: one that ends is another node's to take up.
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var (signed, isSigned, mayGoOn) = (0, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), new TaskCompletionSource());
        await using var first = await NodeAsync(time: clock, failPoint: step =>
        {
            if (step == "signed")
            {
                Interlocked.Increment(ref signed);
                isSigned.TrySetResult();
                mayGoOn.Task.GetAwaiter().GetResult();
            }
        });
        await using var second = await NodeAsync(first, step => _ = step == "signed" && Interlocked.Increment(ref signed) > 0, clock);
        using var here = await AcmeTestClient.RegisterAsync(first);
        using var there = await AcmeTestClient.RegisterAsync(second);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var (url, order) = await here.OrderAsync("a.localhost");
        await here.ProveAsync(url, order, _host);
        var finalizing = here.PostAsync(order.Finalize, AcmeTestClient.Csr(key, "a.localhost"));
        await isSigned.Task;

        (there.Key, there.Kid) = (here.Key, here.Kid);
        var refused = await there.PostAsync(Elsewhere(order.Finalize, first, second), AcmeTestClient.Csr(key, "a.localhost"));
        mayGoOn.SetResult();
        await finalizing;
        var done = await here.WaitAsync(url, AcmeJson.Default.Order, found => found.Status is "valid" or "invalid");

        refused.Refuses(AcmeError.OrderNotReady, 403);
        Assert.Equal("valid", done.Status);
        Assert.Equal(1, signed);
    }

    [Fact]
    public async Task finalizes_an_order_that_a_node_had_taken_up_as_it_died()
    {
        await using var node = await NodeAsync();
        using var client = await AcmeTestClient.RegisterAsync(node);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var (url, order) = await client.OrderAsync("a.localhost");
        await client.ProveAsync(url, order, _host);
        await using (var store = new SqlStore(PostgresDatabase.Open(_database)))
        {
            var dead = new Lease("dead", TimeProvider.System.GetUtcNow().AddSeconds(1));
            Assert.NotNull(await store.TakeUpOrderAsync(url[(url.LastIndexOf('/') + 1)..], dead, TimeProvider.System.GetUtcNow(), CancellationToken.None));
        }

        var finalized = await client.PostAsync(order.Finalize, AcmeTestClient.Csr(key, "a.localhost"));

        // Where signing takes long the answer comes before the certificate.
        Assert.Equal(200, finalized.Status);
        Assert.Equal("valid", (await client.WaitAsync(url, AcmeJson.Default.Order, found => found.Status is "valid" or "invalid")).Status);
    }

    [Fact]
    public async Task lets_a_new_intermediate_travel_to_the_other_node_which_signs_with_it_and_answers_for_the_old_one()
    {
        await using var first = await NodeAsync();
        await using var second = await NodeAsync(beside: first);
        using var there = await AcmeTestClient.RegisterAsync(second);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var (old, _) = await there.IssueAsync(key, _host, "a.localhost");
        byte[] successor;
        // As berth ca rotate does, on the node that has the root's key; the other has none.
        using (var keys = Signing.Hierarchy.Open(
            new Signing.HierarchyFolder(Path.Combine(first.Options.DataFolder, "keys")), Signing.HierarchyOptions.SettingsOf(first.Options), TimeProvider.System))
        {
            successor = keys.Rotate().Certificate.SubjectName.RawData;
        }

        Assert.False(File.Exists(Path.Combine(second.Options.DataFolder, "keys/root.key")));
        Assert.NotEqual(successor, old.IssuerName.RawData);
        var pem = "";
        await TestKit.Eventually.TrueAsync(async () =>
        {
            (var leaf, pem) = await there.IssueAsync(key, _host, "a.localhost");
            return leaf.IssuerName.RawData.AsSpan().SequenceEqual(successor);
        });

        var chain = new X509Certificate2Collection();
        chain.ImportFromPem(pem);
        Assert.Equal(successor, chain[1].SubjectName.RawData);
        Assert.Equal(second.Server.Root.SubjectName.RawData, chain[1].IssuerName.RawData);
        await there.RevokeAsync(old);
        await there.RevokeAsync(chain[0]);
        using var http = new HttpClient();
        foreach (var node in new[] { first, second })
        {
            Assert.Contains(old.SerialNumber, Convert.ToHexString(await http.GetByteArrayAsync(new Uri(node.Server.HttpBase!, "crl/1.crl"))), StringComparison.Ordinal);
            Assert.Contains(chain[0].SerialNumber, Convert.ToHexString(await http.GetByteArrayAsync(new Uri(node.Server.HttpBase!, "crl/2.crl"))), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task refuses_a_node_without_the_others_key()
    {
        await using var first = await AuthorityInScratch.StartAsync(plain => plain with { Database = SharedDatabase.Parse(_database, isSecret: true) });

        var refused = await Assert.ThrowsAsync<Kernel.ProblemException>(() => AuthorityInScratch.StartAsync(
            plain => plain with { Database = SharedDatabase.Parse(_database, isSecret: true) }));

        Assert.Equal(AuthorityProblems.ClusterKeyNotFound, refused.Problem.Code);
    }

    /// <summary>A node in this process.</summary>
    private async Task<AuthorityInScratch> NodeAsync(AuthorityInScratch? beside = null, Action<string>? failPoint = null, TimeProvider? time = null)
    {
        var database = SharedDatabase.Parse(_database, isSecret: true);
        if (beside is null)
        {
            return await AuthorityInScratch.StartAsync(plain => plain with { HttpPort = _host.Port, Database = database, FailPoint = failPoint }, time);
        }

        var folder = beside["second"];
        Directory.CreateDirectory(folder, Kernel.PrivateFolder.OwnerOnly);
        Kernel.AtomicFile.Write(Path.Combine(folder, "cluster.key"), await File.ReadAllTextAsync(Path.Combine(beside.Options.DataFolder, "cluster.key")));
        return await AuthorityInScratch.StartAsync(
            plain => plain with { HttpPort = _host.Port, Database = database, DataFolder = folder, FailPoint = failPoint }, time);
    }

    private static string Elsewhere(string url, AuthorityInScratch from, AuthorityInScratch to) =>
        url.Replace(from.Server.Directory.Authority, to.Server.Directory.Authority, StringComparison.Ordinal);

    private async Task<System.Diagnostics.Process> StartAsync(string name, int port, string? failPoint = null)
    {
        var process = AuthorityProcess.Start(_scratch[name], port, _host.Port, _database, failPoint);
        Assert.Equal("started", await process.StandardOutput.ReadLineAsync());
        return process;
    }

    private void JoinCluster()
    {
        Directory.CreateDirectory(_scratch["b"], Kernel.PrivateFolder.OwnerOnly);
        Kernel.AtomicFile.Write(_scratch["b/cluster.key"], File.ReadAllText(_scratch["a/cluster.key"]));
    }

    private async Task LoadAsync(int port, string name, System.Collections.Concurrent.ConcurrentBag<X509Certificate2> handedOut, CancellationToken cancel)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        try
        {
            using var client = await ClientAsync(port);
            for (var i = 0; !cancel.IsCancellationRequested; i++)
            {
                handedOut.Add((await client.IssueAsync(key, _host, $"{name}-{i}.localhost")).Leaf);
            }
        }
        catch (HttpRequestException)
        {
            // The node was killed.
        }
    }

    private async Task<AcmeTestClient> ClientAsync(int port, JwsSigningKey? key = null, string? kid = null)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(X509CertificateLoader.LoadCertificateFromFile(_scratch["a/keys/root.pem"]));
        var http = new HttpClient(new SocketsHttpHandler { SslOptions = { CertificateChainPolicy = policy } });
        var client = await AcmeTestClient.RegisterAsync(http, new Uri($"https://localhost:{port}/directory"));
        (client.Key, client.Kid) = (key ?? client.Key, kid ?? client.Kid);
        return client;
    }

    private static async Task Eventually(Func<bool> holds)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (!holds())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, limit.Token);
        }
    }
}
