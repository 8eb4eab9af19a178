using Berth.Kernel;
using Berth.Platform.Certs;
using Berth.Platform.LetsEncrypt.Lineages;
using Berth.Storage;
using Berth.TestKit;

namespace Berth.Platform.Tests.LetsEncrypt;

public sealed class Telling_of_an_app_that_was_renamed : IDisposable
{
    private readonly ScratchFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    /// <summary>An app may be called as a word that stands elsewhere in a command.</summary>
    [Theory]
    [InlineData("shop", "store")]
    [InlineData("email", "store")]
    [InlineData("shop", "email")]
    [InlineData("shop", "shop")]
    public void names_it_in_commands_as_it_is_called_now(string before, string now)
    {
        var store = new FileStateStore(new StateRoots(_scratch["home"], _scratch["lib"]), TimeProvider.System);
        var lineages = new LineageFiles(store, new CertificateFiles(store, TimeProvider.System), TimeProvider.System);
        Directory.CreateDirectory(_scratch[$"home/{before}"]);
        lineages.WriteState(AppName.Parse(before), Of(before));

        if (now != before)
        {
            Directory.Move(_scratch[$"home/{before}"], _scratch[$"home/{now}"]);
        }

        var (told, expected) = (lineages.ReadState(AppName.Parse(now)), Of(now));
        Assert.Equal(expected.LastFailure!.Remedy, told.LastFailure!.Remedy);
        Assert.Equal(expected.LastFailure.Found.Replace(now, before, StringComparison.Ordinal), told.LastFailure.Found);
        Assert.Equal(expected.Refusal!.Why.Remedy, told.Refusal!.Why.Remedy);
        Assert.Equal(expected.Gates, told.Gates);
        Assert.Equal(expected.Issuers["https://ca.example/"].LastFailure.Remedy, told.Issuers["https://ca.example/"].LastFailure.Remedy);
    }

    private static LineageState Of(string app)
    {
        var failure = new LineageFailure("c", $"ca.example speaks of {app}.", $"`berth letsencrypt:account {app}` shows it; `berth letsencrypt:account-forget {app} --server email` puts it aside.");
        return new()
        {
            LastFailure = failure,
            Refusal = new LineageRefusal(failure with { Remedy = $"Add one: `berth ports:add {app} http:80:5000`, or `sudo berth letsencrypt:set {app} email shop@example.com`." }, 7),
            Gates = [new LineageGate { Kind = GateKind.RolledBack, Until = DateTimeOffset.UnixEpoch, Reason = GateWords.Sooner(AppName.Parse(app)) }],
            Issuers = new Dictionary<string, IssuerStanding> { ["https://ca.example/"] = new(1, failure) },
        };
    }
}
