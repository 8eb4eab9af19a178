using Berth.Platform.Properties;
using Berth.Storage;
using Berth.TestKit;
using CsCheck;

namespace Berth.Platform.Tests.Properties;

public sealed class Keeping_a_list : IDisposable
{
    private readonly ScratchFolder _scratch = new();

    [Fact]
    public void gives_back_the_values_in_their_order() =>
        Gen.String[Gen.Char["abc $`'\"é"], 1, 10].Where(value => value.Trim().Length > 0).Select(value => value.Trim()).List[0, 6].Sample(
            values =>
            {
                var store = Store();
                store.SetList("storage", "app", "mounts", values);
                Assert.Equal(values, store.List("storage", "app", "mounts"));
            },
            iter: 30,
            threads: 1);

    [Fact]
    public void keeps_one_value_a_line_for_its_owner_alone()
    {
        Store().SetList("storage", "app", "mounts", ["a", "b"]);
        var file = _scratch["lib/config/storage/app/mounts"];
        Assert.Equal("a\nb\n", File.ReadAllText(file));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    [Fact]
    public void removes_the_file_of_an_empty_list()
    {
        Store().SetList("storage", "app", "mounts", ["a"]);
        Store().SetList("storage", "app", "mounts", []);
        Assert.False(File.Exists(_scratch["lib/config/storage/app/mounts"]));
        Assert.Empty(Store().List("storage", "app", "mounts"));
    }

    [Fact]
    public void refuses_a_value_of_two_lines() =>
        Assert.Throws<ArgumentException>(() => Store().SetList("storage", "app", "mounts", ["a\nb"]));

    [Fact]
    public void tells_an_empty_value_from_none()
    {
        Assert.False(Store().IsSet("git", "app", "rev-env-var"));
        Store().SetEvenIfEmpty("git", "app", "rev-env-var", "");
        Assert.True(Store().IsSet("git", "app", "rev-env-var"));
        Assert.Null(Store().Get("git", "app", "rev-env-var"));
    }

    public void Dispose() => _scratch.Dispose();

    private PropertyStore Store() => new(
        new FileStateStore(new StateRoots(_scratch["home"], _scratch["lib"]), TimeProvider.System), TimeProvider.System);
}
