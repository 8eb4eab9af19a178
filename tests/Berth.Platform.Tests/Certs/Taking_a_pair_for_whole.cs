using Berth.Kernel;
using Berth.Platform.Certs;
using Berth.Platform.LetsEncrypt.Lineages;
using Berth.Storage;
using Berth.TestKit;
using Microsoft.Extensions.Time.Testing;

namespace Berth.Platform.Tests.Certs;

public sealed class Taking_a_pair_for_whole : IDisposable
{
    private static readonly AppName App = AppName.Parse("shop");
    private readonly ScratchFolder _scratch = new();
    private readonly FileStateStore _store;
    private readonly CertificateFiles _files;

    public Taking_a_pair_for_whole()
    {
        _store = new FileStateStore(new StateRoots(_scratch["home"], _scratch["lib"]), TimeProvider.System);
        _files = new CertificateFiles(_store, TimeProvider.System);
        Directory.CreateDirectory(_scratch["home/shop"]);
    }

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void that_was_proven_before_it_was_installed()
    {
        var (chain, key) = TestPair.Make("shop.example.com");

        _files.InstallIssued(App, (chain, key), [], inService: null, []);

        Assert.True(_files.IsWhole(App));
    }

    [Fact]
    public void not_when_the_key_is_another_than_was_proven()
    {
        var (chain, key) = TestPair.Make("shop.example.com");
        _files.InstallIssued(App, (chain, key), [], inService: null, []);

        AtomicFile.Write(_files.KeyPath(App), TestPair.Make("shop.example.com").Key);

        Assert.False(_files.IsWhole(App));
    }

    [Fact]
    public void not_when_what_was_proven_is_divided_otherwise_between_the_files()
    {
        var (chain, key) = TestPair.Make("shop.example.com");
        _files.InstallIssued(App, (chain, key), [], inService: null, []);

        var lines = $"{chain}\n{key}".Split('\n', 2);
        AtomicFile.Write(_files.CertificatePath(App), lines[0]);
        AtomicFile.Write(_files.KeyPath(App), lines[1]);

        Assert.False(_files.IsWhole(App));
    }

    [Fact]
    public void not_an_earlier_one_that_has_changed_since_it_was_found()
    {
        var bundles = new Bundles(_store, new LineageFiles(_store, _files, TimeProvider.System), new FakeTimeProvider(TestPair.Now));
        var (chain, key) = TestPair.Make("shop.example.com");
        var folder = Directory.CreateDirectory(_scratch["home/shop/letsencrypt/certs/earlier/certificates"]).FullName;
        AtomicFile.Write($"{folder}/shop.example.com.crt", chain);
        AtomicFile.Write($"{folder}/shop.example.com.key", key);
        var found = bundles.Find(App, "earlier");

        AtomicFile.Write($"{folder}/shop.example.com.key", TestPair.Make("shop.example.com").Key);

        Assert.Contains("its key belongs to another certificate", Assert.Throws<ProblemException>(() => bundles.Activate(App, found)).Problem.Found, StringComparison.Ordinal);
        Assert.False(_files.Exists(App));
    }
}
