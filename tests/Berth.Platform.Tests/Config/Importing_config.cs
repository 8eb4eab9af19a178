using System.Text;
using Berth.Kernel;
using Berth.Platform.Config;
using CsCheck;

namespace Berth.Platform.Tests.Config;

public sealed class Importing_config
{
    [Theory]
    [InlineData("envfile")]
    [InlineData("json")]
    public void takes_back_whatever_was_exported(string format) =>
        ConfigValues.Some.Sample(values => Assert.Equal(
            values.OrderBy(pair => pair.Key, StringComparer.Ordinal), ConfigImport.Parse(ExportFormat.Write(format, values), format)));

    [Theory]
    [InlineData("envfile")]
    [InlineData("json")]
    public void refuses_with_a_problem_what_it_cannot_read(string format) => Gen.String.Sample(text =>
    {
        try
        {
            Assert.NotEmpty(ConfigImport.Parse(text, format));
        }
        catch (ProblemException e)
        {
            Assert.Contains(e.Problem.Code.Id, (string[])["config-import-invalid", "config-key-invalid", "config-value-invalid", "argument-missing"]);
        }
    });

    [Theory]
    [InlineData("A=1\nnonsense\nB=2", "envfile", "line 2 is not KEY=VALUE")]
    [InlineData("A=1\n\n# fine\n1B=2", "envfile", "line 4 is not KEY=VALUE")]
    [InlineData("[]", "json", "it is not a JSON object")]
    [InlineData("{\"A\":1}", "json", "the value of A is not a text")]
    [InlineData("{\"A\":", "json", "it is not valid JSON")]
    [InlineData("{\"A\":\"\\ud800\"}", "json", "it is not valid JSON")]
    [InlineData("{\"A\":\"a\\u0000b\"}", "json", "The value of 'A' is not text")]
    [InlineData("{\"a b\":\"1\"}", "json", "Invalid key name: 'a b'")]
    [InlineData("", "envfile", "At least one env pair must be given")]
    [InlineData("{}", "json", "At least one env pair must be given")]
    public void says_what_is_wrong(string text, string format, string expected)
    {
        var problem = Assert.Throws<ProblemException>(() => ConfigImport.Parse(text, format)).Problem;
        Assert.Contains(expected, problem.Found, StringComparison.Ordinal);
    }

    [Fact]
    public async Task reads_text_with_a_byte_order_mark_and_refuses_what_is_none()
    {
        Assert.Equal("1", (await ReadAsync([0xef, 0xbb, 0xbf, .. "A=1"u8]))["A"]);
        Assert.Equal("1", (await ReadAsync([.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes("A=1\r\n")]))["A"]);
        await Assert.ThrowsAsync<ProblemException>(() => ReadAsync([(byte)'A', (byte)'=', 0xff, 0xfe]));
    }

    [Fact]
    public async Task stops_reading_what_does_not_end() =>
        Assert.Contains("larger than 4 MiB", (await Assert.ThrowsAsync<ProblemException>(() => ReadAsync(new byte[(4 << 20) + 1]))).Problem.Found, StringComparison.Ordinal);

    private static Task<System.Collections.Immutable.ImmutableSortedDictionary<string, string>> ReadAsync(byte[] bytes) =>
        ConfigImport.ReadAsync(new MemoryStream(bytes), "envfile", CancellationToken.None);
}
