using Berth.Kernel;
using CsCheck;

namespace Berth.Edge.Tests;

public sealed class Looking_up_a_host
{
    private static readonly Gen<DomainName> Names =
        Gen.Select(Gen.Bool, Gen.OneOf("a", "b", "c.a", "d.b", "www.c.a", "x-y"), Gen.OneOf("example", "test"))
            .Select((wildcard, name, top) => DomainName.Parse($"{(wildcard ? "*." : "")}{name}.{top}"));

    [Fact]
    public void finds_after_any_changes_what_a_plain_dictionary_would() =>
        Gen.Select(Gen.Bool, Names, Gen.Int[0, 9]).List[0, 60].Sample(changes =>
        {
            var table = HostTable.Empty;
            var plain = new Dictionary<DomainName, EdgeHost>();
            foreach (var (adds, name, app) in changes)
            {
                var before = table;
                var host = HostOf($"app{app}");
                table = adds ? table.With(name, host) : table.Without(name);
                Assert.Equal(plain.GetValueOrDefault(name), before[name]);
                if (adds)
                {
                    plain[name] = host;
                }
                else
                {
                    plain.Remove(name);
                }
            }

            Assert.Equal(plain.Count, table.Count);
            Assert.All(plain, pair => Assert.Same(pair.Value, table[pair.Key]));
        });

    [Fact]
    public void finds_the_exact_name_or_else_the_wildcard_one_label_up() =>
        Gen.Select(Names.List[0, 20], Names).Sample((stored, asked) =>
        {
            var hosts = stored.Distinct().ToDictionary(name => name, name => HostOf("app"));
            var table = HostTable.Empty.Change([], hosts);
            var visited = asked.IsWildcard ? $"label.{asked.Base}" : asked.Text;

            var expected = hosts.GetValueOrDefault(DomainName.Parse(visited))
                ?? hosts.GetValueOrDefault(DomainName.Parse($"*.{visited[(visited.IndexOf('.', StringComparison.Ordinal) + 1)..]}"));

            Assert.Same(expected, table.Find(visited));
            Assert.Same(expected, table.Find(visited.ToUpperInvariant() + ".:443"));
        });

    [Fact]
    public void takes_many_changes_in_one_step_as_it_would_one_by_one() =>
        Gen.Select(Names.List[0, 20], Names.List[0, 20], Gen.Select(Names, Gen.Int[0, 9]).List[0, 60]).Sample((stored, removed, added) =>
        {
            var (table, hosts) = (HostTable.Empty.Change([], stored.Select(name => KeyValuePair.Create(name, HostOf("app")))), added.Select(pair => KeyValuePair.Create(pair.Item1, HostOf($"app{pair.Item2}"))).ToArray());

            var together = table.Change(removed, hosts);
            var alone = hosts.Aggregate(removed.Aggregate(table, (before, name) => before.Without(name)), (before, pair) => before.With(pair.Key, pair.Value));

            Assert.Equal(alone.Count, together.Count);
            Assert.All(stored.Concat(removed).Concat(hosts.Select(pair => pair.Key)), name => Assert.Same(alone[name], together[name]));
        });

    [Fact]
    public void never_throws_whatever_a_stranger_sends() =>
        Gen.String.Sample(text => Assert.Null(HostTable.Empty.With(DomainName.Parse("*.example.com"), HostOf("app")).Find(text)));

    [Theory]
    [InlineData(253, true)]
    [InlineData(254, false)]
    public void takes_names_as_long_as_dns_does(int length, bool found)
    {
        var name = string.Join('.', Enumerable.Repeat(new string('a', 49), 5)) + ".abc";
        Assert.Equal(253, name.Length);
        var table = HostTable.Empty.With(DomainName.Parse(name), HostOf("app"));

        Assert.Equal(found, table.Find(name.PadLeft(length, 'a') + ".:65535") is not null);
    }

    [Fact]
    public void allocates_nothing()
    {
        var table = HostTable.Empty.With(DomainName.Parse("*.example.com"), HostOf("app"));
        Assert.NotNull(table.Find("WWW.example.com:443"));
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var i = 0; i < 1000; i++)
        {
            table.Find("WWW.example.com:443");
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void gives_a_name_to_the_app_that_took_it_last_and_takes_it_from_no_other()
    {
        var (one, two, name) = (HostOf("one"), HostOf("two"), DomainName.Parse("shared.example"));
        var snapshot = EdgeSnapshot.Empty
            .WithApp(one.App, [KeyValuePair.Create(name, one)])
            .WithApp(two.App, [KeyValuePair.Create(name, two)]);

        Assert.Same(two, snapshot.WithoutApp(one.App).Hosts.Find("shared.example"));
        Assert.Null(snapshot.WithoutApp(two.App).Hosts.Find("shared.example"));
        Assert.Empty(snapshot.NamesOf(one.App));
    }

    [Fact]
    public void forgets_the_names_an_app_no_longer_has()
    {
        var host = HostOf("app");
        var snapshot = EdgeSnapshot.Empty
            .WithApp(host.App, [KeyValuePair.Create(DomainName.Parse("old.example"), host)])
            .WithApp(host.App, [KeyValuePair.Create(DomainName.Parse("new.example"), host)]);

        Assert.Null(snapshot.Hosts.Find("old.example"));
        Assert.Same(host, snapshot.Hosts.Find("new.example"));
        Assert.Equal(1, snapshot.Hosts.Count);
    }

    [Fact]
    public void takes_no_host_of_another_app() => Assert.Throws<ArgumentException>(
        () => EdgeSnapshot.Empty.WithApp(AppName.Parse("one"), [KeyValuePair.Create(DomainName.Parse("x.example"), HostOf("two"))]));

    private static EdgeHost HostOf(string app) => new() { App = AppName.Parse(app), Targets = [] };
}
