using Berth.Platform.Processes;
using Berth.Platform.Processes.Checks;
using CsCheck;

namespace Berth.Platform.Tests.Processes;

public sealed class Listing_process_types
{
    private static readonly Gen<TypeList> Lists =
        Gen.Int[0, 5].Select(word => new[] { "web", "worker", "clock", "_all_", "", " " }[word]).Array[0, 4]
            .Select(words => TypeList.Parse(string.Join(',', words)));

    [Fact]
    public void reads_what_it_writes() => Lists.Sample(list => Assert.Equal(list, TypeList.Parse(list.Text)));

    [Fact]
    public void has_what_was_added_and_not_what_was_taken_out() => Gen.Select(Lists, Lists).Sample((list, change) =>
    {
        foreach (var type in (ProcessType[])[ProcessType.Web, ProcessType.Parse("worker"), ProcessType.Parse("clock")])
        {
            if (change.Contains(type))
            {
                Assert.True(list.With(change).Contains(type));
                // A list of all types stays one until all are taken out.
                Assert.Equal(list.All && !change.All, list.Without(change).Contains(type));
            }
        }
    });

    [Fact]
    public void names_only_those_that_are_added_to_a_list_of_all() =>
        Assert.Equal("web", TypeList.Every.With(TypeList.Parse("web")).Text);
}
