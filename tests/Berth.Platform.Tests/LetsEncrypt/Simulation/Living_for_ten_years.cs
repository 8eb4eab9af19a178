using System.Globalization;

namespace Berth.Platform.Tests.LetsEncrypt.Simulation;

/// <summary>
/// Ten years of a fleet's certificates in virtual time. <c>BERTH_SIMULATED_CERTIFICATES</c> makes the fleet larger (bench/renewals).
/// </summary>
public sealed class Living_for_ten_years
{
    private static readonly DateTimeOffset Start = new(2026, 11, 26, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset End = Start.AddYears(10);
    private readonly Random _random = new(20261126);
    private readonly SimulatedClock _clock = new(Start);
    private readonly SimulatedAuthority _authority;
    private readonly List<(DateTimeOffset From, DateTimeOffset To)> _upheavals = [(Start, Start.AddDays(14))];

    public Living_for_ten_years() => _authority = new SimulatedAuthority(_random);

    private static int Certificates => int.TryParse(
        Environment.GetEnvironmentVariable("BERTH_SIMULATED_CERTIFICATES"), NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : 200;

    [Fact]
    public void lets_no_certificate_lapse_exceeds_no_limit_and_spreads_its_requests()
    {
        var fleet = Fleet(Certificates);
        var machine = new SimulatedMachine(_clock, _authority, fleet, _random);
        Outages();
        Incidents();
        BrokenNames(fleet);
        Upheavals(machine);

        machine.Live(End);

        var record = machine.Record;
        var (peak, mean) = record.Busiest(hour => !_upheavals.Any(upheaval => hour >= upheaval.From.AddHours(-1) && hour < upheaval.To.AddDays(2)));
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{fleet.Count} certificates, {record.Issued} issued, {record.Failures} failures, {record.HeldBack} held back, {record.Questions} questions, "
            + $"{record.Lapses.Count} lapses, {_authority.Refusals} refusals, busiest hour {record.PeakHour}, on quiet days {peak} (mean {mean:0.0})");
        Assert.Empty(record.Lapses.Take(5).Select(lapse => $"{lapse.Name} {lapse.Profile} ended {lapse.Ended:u}, seen {lapse.Noticed:u}"));
        Assert.Equal(0, _authority.Refusals);
        Assert.True(record.Issued > fleet.Count * 90L, $"only {record.Issued} were issued");

        // Four at once, ten seconds each at least: what no upheaval can exceed. On quiet days no hour sees more than a tenth of the fleet.
        Assert.InRange(record.PeakHour, 1, 4 * 3600 / 10);
        Assert.InRange(peak, 1, Math.Max(20, fleet.Count / 10));
    }

    // Taken over with certificates of every age, but for a fifth that comes at once and has none yet.
    private List<SimulatedLineage> Fleet(int count)
    {
        List<SimulatedLineage> fleet = [];
        for (var i = 0; i < count; i++)
        {
            var profile = (i % 10) switch { 0 or 1 => "shortlived", 2 => "tlsserver", _ => "classic" };
            var name = i % 20 == 7 ? $"tenant{i}.platform{i % 5}.com" : $"www.shop{i}.com";
            var lineage = new SimulatedLineage(name, profile);
            if (i % 5 != 3)
            {
                var lifetime = SimulatedAuthority.LifetimeOf(profile, Start);
                var age = lifetime * (_random.NextDouble() * 0.6);
                lineage.Certificate = new SimulatedCertificate($"{_random.NextInt64():x16}", Start - age, Start - age + lifetime);
                _authority.Knows(lineage);
            }

            fleet.Add(lineage);
        }

        return fleet;
    }

    // Each quarter an hour or so, each year a day or two, once almost three days.
    private void Outages()
    {
        for (var at = Start.AddDays(40); at < End; at = at.AddDays(60 + _random.Next(60)))
        {
            Outage(at, TimeSpan.FromHours(0.5 + _random.NextDouble() * 6));
        }

        for (var year = 0; year < 10; year++)
        {
            Outage(Start.AddDays(year * 365 + 100 + _random.Next(100)), TimeSpan.FromHours(20 + _random.Next(30)));
        }

        Outage(Start.AddDays(2000), TimeSpan.FromHours(70));
    }

    private void Outage(DateTimeOffset from, TimeSpan length)
    {
        _authority.Outages.Add((from, from + length));
        _upheavals.Add((from, from + length));
    }

    // All that was issued in the month before is to be replaced.
    private void Incidents()
    {
        foreach (var at in (DateTimeOffset[])[Start.AddDays(700), Start.AddDays(2500)])
        {
            _authority.Incidents.Add((at, at));
            _upheavals.Add((at, at.AddDays(2)));
        }
    }

    private void BrokenNames(List<SimulatedLineage> fleet)
    {
        foreach (var lineage in fleet.Where((_, i) => i % 7 == 0))
        {
            var at = Start.AddDays(_random.Next(3500));
            _authority.Broken[lineage.Name] = [(at, at.AddHours(48))];
        }
    }

    private void Upheavals(SimulatedMachine machine)
    {
        foreach (var (day, hours, error) in (ReadOnlySpan<(int Day, double Hours, TimeSpan Error)>)
            [(300, 3, TimeSpan.FromDays(60)), (900, 6, TimeSpan.FromDays(-400)), (1500, 0.5, TimeSpan.FromDays(3650)), (2200, 48, TimeSpan.FromHours(-5)), (3100, 2, TimeSpan.FromDays(2))])
        {
            var at = Start.AddDays(day);
            machine.MisleadAt(at, TimeSpan.FromHours(hours), error);
            _upheavals.Add((at, at.AddHours(hours).AddDays(5)));
        }

        foreach (var (day, hours) in (ReadOnlySpan<(int Day, double Hours)>)[(400, 5), (1100, 60), (1900, 200), (2900, 24 * 40)])
        {
            var at = Start.AddDays(day);
            machine.SuspendAt(at, TimeSpan.FromHours(hours));
            _upheavals.Add((at, at.AddHours(hours).AddDays(3)));
        }

        for (var at = Start.AddDays(3); at < End; at = at.AddDays(1 + _random.Next(60)))
        {
            machine.RestartAt(at);
        }
    }
}
