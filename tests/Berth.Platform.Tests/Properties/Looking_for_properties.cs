using Berth.Platform.Properties;
using Berth.Storage;
using Berth.TestKit;
using Microsoft.Extensions.Time.Testing;

namespace Berth.Platform.Tests.Properties;

public sealed class Looking_for_properties : IDisposable
{
    private readonly ScratchFolder _scratch = new();
    private readonly FolderWatch _watch = FolderWatch.TryStart()!;
    private readonly PropertyStore _properties;

    public Looking_for_properties()
    {
        // An hour ahead, every file has come to rest.
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow().AddHours(1));
        _properties = new PropertyStore(new FileStateStore(new StateRoots(_scratch["home"], _scratch["lib"]), time, _watch), time);
    }

    public void Dispose()
    {
        _watch.Dispose();
        _scratch.Dispose();
    }

    [Fact]
    public void finds_one_that_is_set_after_it_was_looked_for()
    {
        Assert.Null(_properties.Get("proxy", "hello", "disabled"));
        Assert.Empty(_properties.Keys("proxy", "hello"));
        _properties.Set("proxy", "hello", "disabled", "true");

        Assert.Equal("true", _properties.Get("proxy", "hello", "disabled"));
        Assert.Equal(["disabled"], _properties.Keys("proxy", "hello"));
        Assert.Null(_properties.Get("proxy", "other", "disabled"));
    }

    [Fact]
    public async Task finds_one_that_a_hand_wrote()
    {
        _properties.Set("proxy", "hello", "disabled", "true");
        Assert.Null(_properties.Get("proxy", "other", "disabled"));
        Directory.CreateDirectory(_scratch["lib/config/proxy/other"]);
        await File.WriteAllTextAsync(_scratch["lib/config/proxy/other/disabled"], "true\n");

        Assert.Equal("true", _properties.Get("proxy", "other", "disabled"));
        await File.WriteAllTextAsync(_scratch["lib/config/proxy/other/disabled"], "false\n");
        Assert.Equal("false", _properties.Get("proxy", "other", "disabled"));
    }

    [Fact]
    public void finds_none_once_its_folder_is_gone()
    {
        _properties.Set("proxy", "hello", "disabled", "true");
        Assert.Equal("true", _properties.Get("proxy", "hello", "disabled"));
        Directory.Delete(_scratch["lib/config/proxy/hello"], recursive: true);

        Assert.Null(_properties.Get("proxy", "hello", "disabled"));
    }
}
