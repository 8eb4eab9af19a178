using Berth.Platform.Plugins;
using CsCheck;

namespace Berth.Platform.Tests.Plugins;

public sealed class Keeping_a_property_list
{
    [Fact]
    public void puts_an_entry_at_the_position_asked_for_or_at_the_end()
    {
        Assert.Equal(["x", "a", "b"], PropertyList.Add(["a", "b"], "x", 1));
        Assert.Equal(["a", "x", "b"], PropertyList.Add(["a", "b"], "x", 2));
        Assert.Equal(["a", "b", "x"], PropertyList.Add(["a", "b"], "x", 0));
        Assert.Equal(["a", "b", "x"], PropertyList.Add(["a", "b"], "x", 9));
    }

    [Fact]
    public void replaces_an_entry()
    {
        Assert.Equal(["a", "x"], PropertyList.Set(["a", "b"], "x", 2));
        Assert.Equal(["a", "b", "x"], PropertyList.Set(["a", "b"], "x", 3));
    }

    [Fact]
    public void reads_back_what_it_wrote() => Gen.String[Gen.Char.AlphaNumeric, 1, 20].List.Sample(entries =>
        Assert.Equal(entries, PropertyList.Parse(PropertyList.Format(entries))));

    [Fact]
    public void grows_by_one_wherever_an_entry_is_put() => Gen.Select(Gen.Int[-5, 50], Gen.Int[0, 40]).Sample((position, length) =>
    {
        string[] list = [.. Enumerable.Range(0, length).Select(number => $"n{number}")];
        var after = PropertyList.Add(list, "new", position);
        Assert.Equal(length + 1, after.Count);
        Assert.Equal(list, after.Where(entry => entry != "new"));
    });
}
