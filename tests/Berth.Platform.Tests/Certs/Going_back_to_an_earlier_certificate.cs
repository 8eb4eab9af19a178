using Berth.Acme.Issuing;
using Berth.Kernel;
using Berth.Platform.Certs;
using Berth.Platform.LetsEncrypt.Lineages;
using Berth.Storage;
using Berth.TestKit;
using Microsoft.Extensions.Time.Testing;

namespace Berth.Platform.Tests.Certs;

public sealed class Going_back_to_an_earlier_certificate : IDisposable
{
    private static readonly AppName App = AppName.Parse("shop");
    private readonly ScratchFolder _scratch = new();
    private readonly CertificateFiles _files;
    private readonly Bundles _bundles;
    private readonly LineageFiles _lineages;

    /// <summary>The one named two is in service.</summary>
    public Going_back_to_an_earlier_certificate()
    {
        var store = new FileStateStore(new StateRoots(_scratch["home"], _scratch["lib"]), TimeProvider.System);
        _files = new CertificateFiles(store, TimeProvider.System);
        _lineages = new LineageFiles(store, _files, TimeProvider.System);
        _bundles = new Bundles(store, _lineages, new FakeTimeProvider(TestPair.Now));
        Directory.CreateDirectory(_scratch["home/shop"]);
        Keep("one");
        _files.InstallIssued(App, Keep("two"), [], inService: null, []);
        File.CreateSymbolicLink(_scratch["home/shop/letsencrypt/certs/current"], "two");
    }

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData("shop.example.com.crt")]
    [InlineData("shop.example.com.key")]
    public void is_possible_from_one_whose_kept_files_are_damaged(string file)
    {
        AtomicFile.Write(_scratch[$"home/shop/letsencrypt/certs/two/certificates/{file}"], "");

        Assert.Equal("one", _bundles.Find(App, null).Name);
    }

    [Fact]
    public void asks_for_more_of_a_name_that_fits_several()
    {
        Keep("once");

        Assert.Contains("2 of shop's certificates", Assert.Throws<ProblemException>(() => _bundles.Find(App, "on")).Problem.Found, StringComparison.Ordinal);
        Assert.Equal("once", _bundles.Find(App, "onc").Name);
        Assert.Throws<ProblemException>(() => _bundles.Find(App, ""));
    }

    [Fact]
    public async Task stays_possible_to_the_one_that_served_until_now_however_old_it_is()
    {
        Keep("three");
        Keep("four");
        await InstallAsync(_lineages.MarkOf(App));

        Assert.Equal(3, _bundles.Of(App).Count);
        Assert.Contains(_bundles.Of(App), bundle => bundle.Name == "two");
    }

    /// <summary>Somebody means that one.</summary>
    [Fact]
    public async Task is_not_done_by_an_order_from_one_that_was_installed_by_hand_since()
    {
        var since = _lineages.MarkOf(App);
        var (chain, key) = TestPair.Make("shop.example.com");
        _files.Install(App, chain, key, fromAcme: false);

        var refused = await Assert.ThrowsAsync<ProblemException>(() => InstallAsync(since));

        Assert.Equal(("letsencrypt-replaced", chain), (refused.Problem.Code.Id, _files.Read(App).Chain));

        // Also where it is the same that was there before.
        since = _lineages.MarkOf(App);
        _files.Install(App, chain, key, fromAcme: false);
        await Assert.ThrowsAsync<ProblemException>(() => InstallAsync(since));
        await InstallAsync(_lineages.MarkOf(App));
        Assert.True(_files.IsFromAcme(App));
    }

    private Task InstallAsync((string? Serial, bool FromAcme, DateTimeOffset? ByHand) since)
    {
        var (chain, key) = TestPair.Make("shop.example.com");
        var issued = new IssuedCertificate
        {
            Names = ["shop.example.com"],
            LeafPem = chain,
            ChainPem = "",
            PrivateKeyPem = key,
            Issuer = "",
            NotBefore = TestPair.Now,
            NotAfter = TestPair.Now.AddDays(90),
            DirectoryUrl = "https://ca.example/directory",
            AccountUrl = "",
            OrderUrl = "",
            CertificateUrl = "https://ca.example/certificate",
        };

        return _lineages.InstallAsync(App, issued, "", new Dictionary<string, string>(), LineageState.New, since, TestContext.Current.CancellationToken);
    }

    private (string Chain, string Key) Keep(string name)
    {
        var pair = TestPair.Make("shop.example.com");
        var folder = Directory.CreateDirectory(_scratch[$"home/shop/letsencrypt/certs/{name}/certificates"]).FullName;
        AtomicFile.Write($"{folder}/shop.example.com.crt", pair.Certificate);
        AtomicFile.Write($"{folder}/shop.example.com.key", pair.Key);
        return (pair.Certificate, pair.Key);
    }
}
