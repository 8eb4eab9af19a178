using Berth.Kernel;
using Berth.Platform.Certs;
using Berth.Platform.CommandLine;
using Berth.Platform.LetsEncrypt.Events;
using Berth.Platform.LetsEncrypt.Notices;
using Berth.Platform.Plugins;
using Berth.Platform.Properties;
using Berth.Platform.Tests.Certs;
using Berth.Storage;
using Berth.TestKit;

namespace Berth.Platform.Tests.LetsEncrypt.Notices;

/// <summary>Who is told in person: of an end that comes near, and of what no time mends.</summary>
public sealed class Warning_of_a_certificates_end : IDisposable, INoticeFaults, ITriggers
{
    private static readonly AppName App = AppName.Parse("hello");
    private readonly ScratchFolder _scratch = new();
    private readonly TurnedClock _time = new() { Now = TimeProvider.System.GetUtcNow() };
    private readonly PropertyStore _properties;
    private readonly NoticeLog _log;
    private readonly CertificateFiles _certificates;
    private readonly NoticeDelivery _delivery;
    private readonly NoticeDesk _desk;
    private DateTimeOffset? _renewal;
    private bool _mayFail;

    public Warning_of_a_certificates_end()
    {
        var store = new FileStateStore(new StateRoots(_scratch["home"], _scratch["lib"]), TimeProvider.System);
        _log = new NoticeLog(store);
        _certificates = new CertificateFiles(store, TimeProvider.System);
        _properties = new PropertyStore(store, TimeProvider.System);
        _delivery = new NoticeDelivery(new NotifySettings(_properties), store, this, _ => null!, this, _time);
        _desk = new NoticeDesk(_log, _delivery, _certificates, store, this, _time);
    }

    public void Dispose()
    {
        _delivery.Dispose();
        _scratch.Dispose();
    }

    [Fact]
    public void comes_once_with_a_sixth_of_its_lifetime_left()
    {
        Install();
        var facts = _certificates.Facts(App)!;
        Assert.Equal((facts.NotAfter - facts.NotBefore) / 6, facts.NotAfter - NoticeDesk.WarningOf(facts, Due(facts)));

        Look();
        Assert.Empty(_log.Last(App, 10));

        _time.Now = NoticeDesk.WarningOf(facts, Due(facts)) + TimeSpan.FromSeconds(1);
        Look();
        Look();
        var warning = Assert.Single(_log.Last(App, 10));
        Assert.Equal(("expiring", true, facts.NotAfter), (warning.Event, warning.NeedsYou, warning.Expires));
    }

    /// <summary>A short graceperiod, or a server that suggests a late time: until then nobody was to renew it.</summary>
    [Fact]
    public void waits_where_its_renewal_is_planned_later()
    {
        Install();
        var facts = _certificates.Facts(App)!;
        _renewal = facts.NotAfter.AddDays(-7);

        foreach (var left in (double[])[14, 7.1, 6])
        {
            _time.Now = facts.NotAfter.AddDays(-left);
            Look();
        }

        Assert.Empty(_log.Last(App, 10));
        _time.Now = facts.NotAfter.AddDays(-5);
        Look();
        Assert.Single(_log.Last(App, 10));
    }

    [Fact]
    public void comes_again_for_the_next_certificate()
    {
        Install();
        _time.Now = WarningOfCurrent() + TimeSpan.FromSeconds(1);
        Look();
        _desk.Publish(new LineageEvent(LineageEventKind.Issued, App, _time.GetUtcNow()));
        Install();
        _time.Now = WarningOfCurrent() + TimeSpan.FromSeconds(1);

        Look();

        Assert.Equal(["expiring", "issued", "expiring"], _log.Last(App, 10).Select(notice => notice.Event));
    }

    [Fact]
    public void comes_again_where_the_first_was_given_under_a_clock_that_was_ahead()
    {
        Install();
        var due = WarningOfCurrent() + TimeSpan.FromSeconds(1);
        _time.Now += TimeSpan.FromDays(3000);
        Look();

        _time.Now = due;
        Look();
        Look();

        Assert.Equal(2, _log.Last(App, 10).Count);
    }

    /// <summary>A mail may be lost, and its reader away.</summary>
    [Fact]
    public void comes_again_at_half_of_what_was_left_and_at_its_end()
    {
        Install();
        var (first, end) = (WarningOfCurrent(), _certificates.Facts(App)!.NotAfter);

        foreach (var at in new[] { first, first + ((end - first) / 3), first + ((end - first) / 2), end.AddHours(-1), end, end.AddDays(30) })
        {
            _time.Now = at + TimeSpan.FromSeconds(1);
            Look();
        }

        Assert.Equal(
            [first, first + ((end - first) / 2), end],
            _log.Last(App, 10).Select(notice => notice.At - TimeSpan.FromSeconds(1)));
    }

    /// <summary>As where its state cannot be read, so that nothing is renewed either.</summary>
    [Fact]
    public void comes_where_nobody_can_tell_when_its_renewal_is_due()
    {
        Install();
        _time.Now = WarningOfCurrent() + TimeSpan.FromSeconds(1);

        _desk.Look(App, (_, _) => throw new Problem(new ProblemCode("state-unreadable"), "It cannot be read.", "Mend it.").AsException());

        Assert.Equal("expiring", Assert.Single(_log.Last(App, 10)).Event);
    }

    /// <summary>Who sets a mail server after the first failure hears of the next.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void is_not_taken_for_given_where_nobody_could_be_told(bool isWanted)
    {
        if (isWanted)
        {
            foreach (var (key, value) in new[] { ("notify-smtp-host", "localhost:1"), ("notify-smtp-to", "ops@example.com") })
            {
                _properties.Set("letsencrypt", PropertyStore.Global, key, value);
            }
        }

        _desk.Publish(new LineageEvent(LineageEventKind.Failed, App, _time.GetUtcNow()) { Problem = new Problem(new ProblemCode("acme-caa-forbids"), "It failed.", "Mend it.") });

        Assert.Equal(isWanted, File.Exists(_scratch[$"home/{App}/letsencrypt/told.json"]));
    }

    /// <summary>A disk that takes nothing is no reason for a mail at each look.</summary>
    [Fact]
    public void comes_once_where_it_cannot_be_written_down_that_it_came()
    {
        Install();
        _time.Now = WarningOfCurrent() + TimeSpan.FromSeconds(1);
        Directory.CreateDirectory(_scratch[$"home/{App}/letsencrypt/told.json"]);
        _mayFail = true;

        Look();
        Look();

        Assert.Single(_log.Last(App, 10));
    }

    /// <summary>Servers that are asked in turn fail each in its way, and take turns in being the last.</summary>
    [Fact]
    public void comes_once_for_each_failure()
    {
        var told = new ToldState().With(new ProblemCode("acme-caa-forbids")).With(new ProblemCode("acme-clock-wrong"));

        Assert.True(told.KnowsOf(new ProblemCode("acme-caa-forbids")) && told.KnowsOf(new ProblemCode("acme-clock-wrong")));
        Assert.False(told.KnowsOf(new ProblemCode("acme-caa")));
    }

    [Theory]
    [InlineData("acme-clock-wrong", true)]
    [InlineData("acme-name-paused", true)]
    [InlineData("acme-caa-forbids", true)]
    [InlineData("acme-rate-limited", false)]
    [InlineData("acme-server-timeout", false)]
    public void goes_with_failures_that_no_time_mends(string code, bool needsPerson)
    {
        var problem = new Problem(new ProblemCode(code), "It failed.", "Mend it.");

        _desk.Publish(new LineageEvent(LineageEventKind.Failed, App, _time.GetUtcNow()) { Problem = problem });

        Assert.Equal(needsPerson, Assert.Single(_log.Last(App, 10)).NeedsYou);
    }

    void INoticeFaults.Unreadable(string reason) => Assert.Fail(reason);

    void INoticeFaults.NotSent(AppName app, string way, string reason) => Assert.True(_mayFail, reason);

    Task ITriggers.FireAsync(string trigger, IReadOnlyList<string> arguments, CommandOutput output, CancellationToken cancel) =>
        Task.CompletedTask;

    private void Look() => _desk.Look(App, (_, facts) => Due(facts));

    private DateTimeOffset WarningOfCurrent() => _certificates.Facts(App) is { } facts ? NoticeDesk.WarningOf(facts, Due(facts)) : default;

    private DateTimeOffset Due(CertificateFacts facts) => _renewal ?? facts.NotAfter - ((facts.NotAfter - facts.NotBefore) / 3);

    private void Install()
    {
        var now = _time.GetUtcNow();
        var (certificate, key) = TestPair.Make(now.AddDays(-1), now.AddDays(89), "hello.example.com", "www.hello.example.com");
        _certificates.Install(App, certificate, key, fromAcme: true);
    }

    private sealed class TurnedClock : TimeProvider
    {
        internal DateTimeOffset Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
