using Berth.Kernel;
using Berth.Platform.LetsEncrypt.Notices;
using Berth.Storage;
using Berth.TestKit;

namespace Berth.Platform.Tests.LetsEncrypt.Notices;

public sealed class Keeping_events_of_certificates : IDisposable
{
    private readonly ScratchFolder _scratch = new();
    private readonly NoticeLog _log;

    public Keeping_events_of_certificates() =>
        _log = new NoticeLog(new FileStateStore(new StateRoots(_scratch["home"], _scratch["lib"]), TimeProvider.System));

    private string File => _scratch["lib/data/letsencrypt/--global/events.jsonl"];

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void gives_back_what_was_written_in_order_app_by_app()
    {
        _log.Add(Of("one", "issued"));
        _log.Add(Of("two", "failed"));
        _log.Add(Of("one", "revoked"));

        Assert.Equal(["issued", "failed", "revoked"], _log.Last(null, 10).Select(notice => notice.Event));
        Assert.Equal(["issued", "revoked"], _log.Last(AppName.Parse("one"), 10).Select(notice => notice.Event));
        Assert.Equal(["revoked"], _log.Last(null, 1).Select(notice => notice.Event));
    }

    [Fact]
    public async Task passes_over_a_line_that_a_crash_cut_off()
    {
        _log.Add(Of("one", "issued"));
        await System.IO.File.AppendAllTextAsync(File, "{\"event\":\"fai");

        _log.Add(Of("one", "revoked"));

        Assert.Equal(["issued", "revoked"], _log.Last(null, 10).Select(notice => notice.Event));
    }

    [Fact]
    public async Task belongs_to_whom_the_data_folder_belongs()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root writes for others");
        Directory.CreateDirectory(_scratch["lib"]);
        await ExternalProgram.SucceedAsync("chown", ["12345:12346", _scratch["lib"]]);

        _log.Add(Of("one", "issued"));

        Assert.Equal("12345:12346 600\n", await ExternalProgram.SucceedAsync("stat", ["-c", "%u:%g %a", File]));
    }

    [Fact]
    public void stays_within_its_bounds()
    {
        var large = Of("one", "failed") with { Found = new string('x', 60_000) };
        for (var i = 0; i < 60; i++)
        {
            _log.Add(large);
        }

        Assert.InRange(new FileInfo(File).Length, 1, (1 << 20) + 70_000);
        Assert.InRange(new DirectoryInfo(Path.GetDirectoryName(File)!).EnumerateFiles().Sum(file => file.Length), 1, 2 * ((1 << 20) + 70_000));
        Assert.Equal(10, _log.Last(null, 10).Count);
    }

    private static Notice Of(string app, string what) => new() { Event = what, App = app, At = DateTimeOffset.UnixEpoch };
}
