using System.Formats.Tar;
using Berth.Platform.Config;
using CsCheck;

namespace Berth.Platform.Tests.Config;

public sealed class Bundling_config
{
    [Fact]
    public void makes_a_file_of_each_value_and_nothing_else() => ConfigValues.Some.Sample(values =>
    {
        using var reader = new TarReader(new MemoryStream(ConfigBundle.Of(values)));
        var found = new Dictionary<string, string>();
        while (reader.GetNextEntry() is { } entry)
        {
            using var content = new StreamReader(entry.DataStream ?? Stream.Null);
            found[entry.Name] = content.ReadToEnd();
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, entry.Mode);
        }

        Assert.Equal(values.OrderBy(pair => pair.Key, StringComparer.Ordinal), found.OrderBy(pair => pair.Key, StringComparer.Ordinal));
    });

    [Fact]
    public void takes_a_key_longer_than_old_headers_hold()
    {
        var key = new string('K', 300);
        using var reader = new TarReader(new MemoryStream(ConfigBundle.Of(new Dictionary<string, string> { [key] = "1" })));
        Assert.Equal(key, reader.GetNextEntry()!.Name);
    }
}
