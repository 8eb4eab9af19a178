using CsCheck;

namespace Berth.Platform.Tests.Config;

/// <summary>Config variables of every kind that an environment can hold.</summary>
internal static class ConfigValues
{
    private const string Dangerous = "'\"\\$`!#;&|<>(){}[]*?~=% \t\r\n\u0001\u001b\u007fé€漢";

    public static Gen<string> Key { get; } =
        Gen.Select(Gen.Char["abcXYZ_"], Gen.String[Gen.Char["abcXYZ_019"], 0, 12], (first, rest) => $"B{first}{rest}");

    public static Gen<string> Value { get; } = Gen.OneOf(
        Gen.String[Gen.Char[Dangerous], 0, 30],
        Gen.String.AlphaNumeric,
        Gen.OneOf("", "-1", "007", "12", "9223372036854775808", "😀", "true", "'", "''", "\\", "\n", "a\nb\n", "$(id)", "`id`", "${HOME}", "%s%n"));

    public static Gen<Dictionary<string, string>> Some { get; } = Gen.Dictionary(Key, Value)[1, 6];
}
