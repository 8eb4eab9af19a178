using Berth.Kernel;
using Berth.Platform.Certs;
using Berth.Platform.LetsEncrypt;
using Berth.Platform.LetsEncrypt.Lineages;
using Berth.Storage;
using Berth.TestKit;
using Microsoft.Extensions.Time.Testing;

namespace Berth.Platform.Tests.LetsEncrypt;

public sealed class Noting_what_the_daemon_could_not_do : IDisposable
{
    private static readonly AppName App = AppName.Parse("shop");
    private static readonly Problem Full = new(new ProblemCode("state-not-writable"), "Cannot write: No space left on device", "Make room.");
    private readonly ScratchFolder _scratch = new();
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 26, 12, 0, 0, TimeSpan.Zero));
    private readonly LineageFiles _lineages;
    private readonly RenewalTroubles _troubles;

    public Noting_what_the_daemon_could_not_do()
    {
        var store = new FileStateStore(new StateRoots(_scratch["home"], _scratch["lib"]), TimeProvider.System);
        Directory.CreateDirectory(_scratch["home/shop"]);
        _lineages = new LineageFiles(store, new CertificateFiles(store, TimeProvider.System), TimeProvider.System);
        _troubles = new RenewalTroubles(_lineages, _clock);
    }

    public void Dispose() => _scratch.Dispose();

    /// <summary>A try may have touched the folder, and moves the next by a minute.</summary>
    [Fact]
    public void is_kept_while_it_is_tried_again_and_forgotten_with_the_step()
    {
        Assert.True(_troubles.Note(App, Full, _clock.GetUtcNow()));

        Assert.Equal(_clock.GetUtcNow().AddMinutes(1), _troubles.Until(App, _clock.GetUtcNow().AddMinutes(1)));
        Assert.Equal((Full.Found, _clock.GetUtcNow()), (_lineages.UnkeptOf(App)?.Found, _lineages.UnkeptOf(App)?.At));
        Assert.Null(_troubles.Until(App, null));
        Assert.NotNull(_lineages.UnkeptOf(App));
        _troubles.Until(App, _clock.GetUtcNow().AddHours(6));
        Assert.Null(_lineages.UnkeptOf(App));
    }

    [Fact]
    public void is_nothing_where_the_state_tells_of_it()
    {
        Assert.True(_troubles.Note(App, Full, _clock.GetUtcNow()));
        _lineages.WriteState(App, LineageState.New with { LastFailure = LineageFailure.Of(Full, _clock.GetUtcNow()) });

        Assert.False(_troubles.Note(App, Full, _clock.GetUtcNow()));

        Assert.Null(_lineages.UnkeptOf(App));
        Assert.True(_troubles.Note(App, Full, _clock.GetUtcNow().AddMinutes(1)));
    }

    /// <summary>Another was installed by hand meanwhile.</summary>
    [Fact]
    public void is_nothing_where_nobody_wants_it_any_more()
    {
        Assert.False(_troubles.Note(App, LetsEncryptProblems.Overtaken(App), _clock.GetUtcNow()));

        Assert.Null(_lineages.UnkeptOf(App));
    }

    [Fact]
    public void is_told_where_not_even_the_state_can_be_read()
    {
        Directory.CreateDirectory(_scratch["home/shop/letsencrypt/state.json/inside"]);

        Assert.True(_troubles.Note(App, Full, _clock.GetUtcNow()));

        Assert.Equal(Full.Found, _lineages.UnkeptOf(App)?.Found);
    }
}
