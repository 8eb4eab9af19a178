using Berth.Acme.Limits;
using Berth.Authority;
using Berth.Commands;
using Berth.Daemon;
using Berth.Kernel;
using Berth.TestKit;
using CsCheck;

namespace Berth.Specs;

/// <summary>What an operator types behind <c>berth ca</c>, or a script in his name: understood, or refused in plain words, whatever it is.</summary>
public sealed class Reading_options_of_the_authority : IDisposable
{
    private static readonly string[] Words =
    [
        "lifetime", "names", "keys", "about", "=", ",", "6d", "160h", "99999d", "-1", "0", "2147483648", "ec", "yes", "new-orders", "300/3h", " ", "/", "#",
        "\t", "\0", "\u001b[31m", "\ud800", "é", "\u202e", "--limit", "--format", "json", "--", "-", "1e9", "+5", "\n",
    ];

    private static readonly Gen<string> Scraps = Gen.Int[0, Words.Length - 1].Select(at => Words[at]);

    private static readonly Gen<string> Hostile = Gen.OneOf(Gen.String[0, 60], Scraps.Array[0, 12].Select(string.Concat));
    private readonly ScratchFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void takes_any_profile_or_says_what_is_wrong_with_it() => Hostile.Sample(text => Understands(() => ProfileWords.Parse(text)), iter: 20_000);

    [Fact]
    public void takes_any_words_of_a_command_or_says_what_is_wrong_with_them() => Gen.Select(Gen.Int[0, CaCommand.Verbs.Count - 1], Hostile.Array[0, 6]).Sample(
        (verb, words) => Understands(() =>
        {
            var read = CaWords.Parse(CaCommand.Verbs[verb], words);
            _ = (read.AsJson, read.Number("--limit"), read.Time("--issued-from"), read.Values("--name"));
            return read;
        }),
        iter: 20_000);

    [Fact]
    public void takes_any_file_of_limits_or_says_what_is_wrong_with_it() => Gen.OneOf(Hostile.Select(System.Text.Encoding.UTF8.GetBytes), Gen.Byte.Array[0, 200]).Sample(
        content =>
        {
            AtomicFile.Write(_scratch["limits"], content);
            return Understands(() => LimitFile.Parse(_scratch["limits"]));
        },
        iter: 3_000, threads: 1);

    [Theory]
    [InlineData("")]
    [InlineData("\0")]
    [InlineData("/")]
    [InlineData("/nowhere/limits")]
    [InlineData("/dev/zero")]
    [InlineData("letsencrypt ")]
    public void refuses_what_is_no_file_of_limits(string path) => Assert.Throws<ProblemException>(() => LimitFile.Parse(path));

    [Theory]
    [InlineData("new-orders 300")]
    [InlineData("new-orders 0/3h")]
    [InlineData("new-orders -3/3h")]
    [InlineData("new-orders 3/0h")]
    [InlineData("new-orders 3/h")]
    [InlineData("new-orders 3/10001d")]
    [InlineData("new-orders 99999999999/3h")]
    [InlineData("new-orders 3/3h 4/4h")]
    [InlineData("new-orders 3/3h\nnew-orders 4/4h")]
    [InlineData("NEW-ORDERS 3/3h")]
    public void refuses_limits_that_are_none(string lines)
    {
        AtomicFile.Write(_scratch["limits"], lines);
        Assert.Throws<ProblemException>(() => LimitFile.Parse(_scratch["limits"]));
    }

    [Fact]
    public void reads_each_kind_of_limit_between_comments()
    {
        AtomicFile.Write(
            _scratch["limits"],
            "# ours\r\nnew-accounts 10/3h\nnew-orders\t300/180m # an hour and two\ncertificates-per-domain 50/7d\ncertificates-per-set 5/7d\n"
            + "failed-validations 5/3600s\nconsecutive-failures 1152/1152d\n");

        Assert.Equal(RateLimits.LetsEncrypt.All.OrderBy(limit => limit.Kind), LimitFile.Parse(_scratch["limits"]).All.OrderBy(limit => limit.Kind));
    }

    [Theory]
    [InlineData("short,lifetime=d")]
    [InlineData("short,lifetime=-6d")]
    [InlineData("short,lifetime=10001d")]
    [InlineData("short,lifetime=6w")]
    [InlineData("short,names=2147483648")]
    [InlineData("short,names=+5")]
    [InlineData("short,keys=rsa")]
    [InlineData("short,wildcards=maybe")]
    [InlineData("short,,")]
    [InlineData("short,LIFETIME=6d")]
    public void refuses_profiles_that_are_none(string text) => Assert.Throws<ProblemException>(() => ProfileWords.Parse(text));

    // A fault is told as one, in text that a terminal may print.
    private static bool Understands<T>(Func<T> read)
    {
        try
        {
            return read() is not null;
        }
        catch (ProblemException refused)
        {
            return refused.Problem.Code == ProgramProblems.OptionInvalid && !refused.Problem.ToString().Any(char.IsControl);
        }
    }
}
