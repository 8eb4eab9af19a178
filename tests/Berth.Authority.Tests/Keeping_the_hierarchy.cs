using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Berth.Authority.Signing;
using Berth.Kernel;
using Berth.TestKit;
using Microsoft.Extensions.Time.Testing;

namespace Berth.Authority.Tests;

public sealed class Keeping_the_hierarchy : IDisposable
{
    private readonly ScratchFolder _scratch = new();
    private readonly FakeTimeProvider _clock = new(TimeProvider.System.GetUtcNow());
    private readonly HierarchySettings _settings = new() { LeafLifetime = TimeSpan.FromDays(90) };
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    private HierarchyFolder Server => new(_scratch["server"]);

    private HierarchyFolder Vault => new(_scratch["vault"]);

    public void Dispose()
    {
        _key.Dispose();
        _scratch.Dispose();
    }

    [Fact]
    public void makes_a_successor_before_two_leaves_would_not_fit_any_more_and_keeps_the_old_one()
    {
        using var hierarchy = Hierarchy.Open(Server, _settings, _clock);
        _clock.Advance(TimeSpan.FromDays((5 * 365) - 181));
        Assert.Null(hierarchy.RotateIfDue());
        _clock.Advance(TimeSpan.FromDays(2));

        var successor = hierarchy.RotateIfDue();

        Assert.Equal(["1", "2"], hierarchy.Issuers.Select(issuer => issuer.Id));
        Assert.Same(successor, hierarchy.Current);
        Assert.False(hierarchy.NeedsSuccessor);
        Assert.NotNull(hierarchy.Find("1"));
    }

    [Fact]
    public void takes_up_what_another_program_has_put_into_its_folder()
    {
        using var running = Hierarchy.Open(Server, _settings, _clock);
        using (var command = Hierarchy.Open(Server, _settings, _clock))
        {
            command.Rotate();
        }

        Assert.True(running.Refresh());
        Assert.Equal("2", running.Current.Id);
        Assert.False(running.Refresh());
    }

    [Fact]
    public async Task works_with_a_root_that_is_kept_on_another_machine()
    {
        Vault.Open();
        using var root = Hierarchy.MakeRoot(Vault, _settings, _clock.GetUtcNow());
        var request = Ceremony.Request(Server, _settings, _clock.GetUtcNow());
        Assert.Equal(AuthorityProblems.RequestWaiting, Refused(() => Hierarchy.Open(Server, _settings, _clock)));
        Assert.Equal(request, Ceremony.Request(Server, _settings, _clock.GetUtcNow()));

        var answer = Ceremony.Sign(Vault, await File.ReadAllTextAsync(request), _settings, _clock.GetUtcNow());
        Ceremony.Install(Server, answer, _clock.GetUtcNow());

        using var hierarchy = Hierarchy.Open(Server, _settings, _clock);
        Assert.Equal(root.RawData, hierarchy.Root.RawData);
        Assert.False(File.Exists(Server.KeyPath(HierarchyFolder.Root)));
        await VerifyAsync(hierarchy, Vault.CertificatePath(HierarchyFolder.Root), hierarchy.Current.Pem);
        Assert.Equal(AuthorityProblems.KeyNotFound, Refused(() => hierarchy.Rotate()));
    }

    [Fact]
    public async Task installs_the_signature_of_another_root_as_an_alternate_chain()
    {
        Vault.Open();
        using var other = Hierarchy.MakeRoot(Vault, _settings with { Organization = "Older" }, _clock.GetUtcNow());
        using var hierarchy = Hierarchy.Open(Server, _settings, _clock);
        var crossed = Hierarchy.SignIntermediate(
            other, Vault.FindKey(HierarchyFolder.Root)!, hierarchy.Current.Certificate.SubjectName, hierarchy.Current.Key.PublicKey, _settings, _clock.GetUtcNow());

        var file = Ceremony.Install(Server, crossed.ExportCertificatePem() + "\n" + other.ExportCertificatePem() + "\n", _clock.GetUtcNow());

        Assert.EndsWith("intermediate-1.alternate-1.pem", file, StringComparison.Ordinal);
        Assert.True(hierarchy.Refresh());
        Assert.Equal(2, hierarchy.Current.Chains.Length);
        await VerifyAsync(hierarchy, Server.CertificatePath(HierarchyFolder.Root), hierarchy.Current.Chains[0]);
        await VerifyAsync(hierarchy, Vault.CertificatePath(HierarchyFolder.Root), hierarchy.Current.Chains[1]);
    }

    [Fact]
    public void installs_nothing_that_does_not_fit()
    {
        Vault.Open();
        using var root = Hierarchy.MakeRoot(Vault, _settings, _clock.GetUtcNow());
        using var hierarchy = Hierarchy.Open(Server, _settings, _clock);
        using var stranger = Hierarchy.SignIntermediate(
            root, Vault.FindKey(HierarchyFolder.Root)!, new X500DistinguishedName("CN=x"), new PublicKey(_key), _settings, _clock.GetUtcNow());

        Assert.Equal(AuthorityProblems.CertificateUnfit, Refused(() => Ceremony.Install(Server, "nothing", _clock.GetUtcNow())));
        Assert.Equal(AuthorityProblems.CertificateUnfit, Refused(() => Ceremony.Install(
            Server, stranger.ExportCertificatePem() + "\n" + root.ExportCertificatePem(), _clock.GetUtcNow())));
        Assert.Equal(AuthorityProblems.CertificateUnfit, Refused(() => Ceremony.Install(
            Server, hierarchy.Current.Pem + root.ExportCertificatePem(), _clock.GetUtcNow())));
        Assert.Equal(AuthorityProblems.RequestUnfit, Refused(() => Ceremony.Sign(Vault, "nothing", _settings, _clock.GetUtcNow())));
    }

    [Fact]
    public async Task constrains_an_intermediate_to_names_that_it_and_every_verifier_keep()
    {
        var settings = _settings with { Constraints = new NameConstraints(["corp.example"], ["secret.corp.example"], [IPNetwork.Parse("10.0.0.0/8")]) };
        using var hierarchy = Hierarchy.Open(Server, settings, _clock);
        var leaves = new LeafIssuer(hierarchy, _settings.LeafLifetime, _clock);

        Assert.Equal(AuthorityProblems.CertificateLinted, Refused(() => leaves.Issue(new PublicKey(_key), ["www.other.example"])));
        Assert.Equal(AuthorityProblems.CertificateLinted, Refused(() => leaves.Issue(new PublicKey(_key), ["a.secret.corp.example"])));
        Assert.Equal(AuthorityProblems.CertificateLinted, Refused(() => leaves.Issue(new PublicKey(_key), [], [IPAddress.Parse("192.0.2.1")])));
        var good = leaves.Issue(new PublicKey(_key), ["www.corp.example", "*.corp.example"], [IPAddress.Parse("10.1.2.3")]);

        AtomicFile.Write(_scratch["leaf.pem"], good.Load().ExportCertificatePem());
        AtomicFile.Write(_scratch["chain.pem"], hierarchy.Current.Pem);
        await ExternalProgram.SucceedAsync("openssl", ["verify", "-x509_strict", "-CAfile", Server.CertificatePath("root"), "-untrusted", _scratch["chain.pem"], _scratch["leaf.pem"]]);
        // Had the key been stolen: openssl keeps the constraint by itself.
        var request = new CertificateRequest(new X500DistinguishedName([0x30, 0x00]), _key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("www.other.example");
        CertificateProfile.AsServer(request, names.Build(critical: true));
        request.CertificateExtensions.Add(hierarchy.Current.AuthorityKeyIdentifier);
        var draft = Draft.Of(request, hierarchy.Current.Certificate.SubjectName, hierarchy.Current.Key, _clock.GetUtcNow(), _clock.GetUtcNow().AddDays(1), SerialNumber.Next());
        AtomicFile.Write(_scratch["leaf.pem"], PemEncoding.WriteString("CERTIFICATE", draft.Sign()));
        var refused = await ExternalProgram.RunAsync("openssl", ["verify", "-CAfile", Server.CertificatePath("root"), "-untrusted", _scratch["chain.pem"], _scratch["leaf.pem"]]);
        Assert.Contains("permitted subtree violation", refused.Output + refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task keeps_its_keys_in_a_token_when_told_to()
    {
        var token = await SoftTokenAsync();
        var settings = _settings with { Token = token };
        using (var hierarchy = Hierarchy.Open(Server, settings, _clock))
        {
            await VerifyAsync(hierarchy, Server.CertificatePath("root"), hierarchy.Current.Pem);
            hierarchy.Rotate();
        }

        foreach (var file in Directory.EnumerateFiles(Server.Folder, "*.key"))
        {
            Assert.StartsWith("pkcs11:", await File.ReadAllTextAsync(file), StringComparison.Ordinal);
        }

        using var again = Hierarchy.Open(Server, settings, _clock);
        Assert.Equal("2", again.Current.Id);
        var signed = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => again.Current.Key.Sign([1, 2, 3]))));
        using var check = again.Current.Certificate.GetECDsaPublicKey()!;
        Assert.All(signed, signature => Assert.True(check.VerifyData((byte[])[1, 2, 3], signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence)));
    }

    [Fact]
    public async Task says_why_a_token_cannot_be_used()
    {
        var token = await SoftTokenAsync();
        AtomicFile.Write(_scratch["wrong"], "999999");

        Assert.Equal(AuthorityProblems.TokenNotUsable, Refused(() => TokenKey.Open(token with { Object = "nothing" })));
        Assert.Equal(AuthorityProblems.TokenNotUsable, Refused(() => TokenKey.Open(token with { Object = "root", Token = "other" })));
        Assert.Equal(AuthorityProblems.TokenNotUsable, Refused(() => TokenKey.Open(token with { Object = "root", Module = "/bin/true" })));
        Assert.Equal(AuthorityProblems.TokenNotUsable, Refused(() => TokenUri.Parse("pkcs11:token=a?pin-value=1234&module-path=/x")));
        Assert.Equal(token, TokenUri.Parse(token.ToString()));
    }

    private async Task<TokenUri> SoftTokenAsync()
    {
        AtomicFile.Write(_scratch["pin"], SoftHsm.Pin + "\n");
        return new TokenUri(await SoftHsm.TokenAsync(), null, SoftHsm.Module, _scratch["pin"]);
    }

    private static ProblemCode Refused(Action act) => Assert.Throws<ProblemException>(act).Problem.Code;

    private static ProblemCode Refused(Func<object> act) => Assert.Throws<ProblemException>(() => { act(); }).Problem.Code;

    private async Task VerifyAsync(Hierarchy hierarchy, string root, string chain)
    {
        using var leaf = new LeafIssuer(hierarchy, _settings.LeafLifetime, _clock).Issue(new PublicKey(_key), ["a.localhost"]).Load();
        AtomicFile.Write(_scratch["leaf.pem"], leaf.ExportCertificatePem());
        AtomicFile.Write(_scratch["chain.pem"], chain);
        await ExternalProgram.SucceedAsync("openssl", ["verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", root, "-untrusted", _scratch["chain.pem"], _scratch["leaf.pem"]]);
    }
}
