using System.Globalization;
using Berth.Authority;
using Berth.Commands;
using Berth.Kernel;

namespace Berth.Daemon;

/// <summary>Reads a profile as it is written on a command line: <c>short,lifetime=6d,names=25,keys=ec,wildcards=no,addresses=no</c>.</summary>
internal static class ProfileWords
{
    private const string Form = "Write a name, then what differs, as in short,lifetime=6d,names=25,keys=ec,wildcards=no,addresses=no.";

    internal static OrderProfile Parse(string text)
    {
        var words = text.Split(',');
        var profile = new OrderProfile { Name = words[0], Description = "", Lifetime = TimeSpan.FromDays(90) };
        foreach (var word in words.Skip(1))
        {
            profile = word.Split('=', 2) switch
            {
                ["lifetime", var value] => profile with { Lifetime = Span(value) },
                ["names", var value] when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var names)
                    => profile with { MostNames = names },
                ["keys", "ec"] => profile with { AllowRsa = false },
                ["keys", "any"] => profile with { AllowRsa = true },
                ["wildcards", ("yes" or "no") and var value] => profile with { AllowWildcards = value == "yes" },
                ["addresses", ("yes" or "no") and var value] => profile with { AllowAddresses = value == "yes" },
                ["about", var value] => profile with { Description = value },
                _ => throw Bad($"'{Printable.Of(word)}' says nothing about a profile."),
            };
        }

        return profile.Description.Length > 0 ? profile : profile with { Description = Describe(profile) };
    }

    private static string Describe(OrderProfile profile) => string.Create(
        CultureInfo.InvariantCulture,
        $"{profile.Lifetime.TotalDays:0.##} days, up to {profile.MostNames} names{(profile.AllowRsa ? "" : ", EC keys")}"
        + $"{(profile.AllowWildcards ? "" : ", no wildcards")}{(profile.AllowAddresses ? "" : ", no addresses")}");

    private static TimeSpan Span(string text)
    {
        if (text.Length > 1 && int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= 10_000)
        {
            switch (text[^1])
            {
                case 'd': return TimeSpan.FromDays(number);
                case 'h': return TimeSpan.FromHours(number);
                case 'm': return TimeSpan.FromMinutes(number);
            }
        }

        throw Bad($"'{Printable.Of(text)}' is not a number of days, hours or minutes (6d, 160h, 30m).");
    }

    private static ProblemException Bad(string found) => ProgramProblems.BadOption(found, Form).AsException();
}
