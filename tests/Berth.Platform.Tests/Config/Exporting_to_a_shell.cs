using System.Text;
using Berth.Platform.Config;
using Berth.TestKit;
using CsCheck;

namespace Berth.Platform.Tests.Config;

/// <summary>What is exported for a shell is read by a real one.</summary>
public sealed class Exporting_to_a_shell
{
    [Theory]
    [InlineData("exports")]
    [InlineData("shell")]
    public async Task gives_a_shell_every_value_back_and_nothing_to_run(string format) =>
        await ConfigValues.Some.SampleAsync(
            async values =>
            {
                var script = new StringBuilder(ExportFormat.Write(format, values)).Append('\n');
                foreach (var key in values.Keys.Order(StringComparer.Ordinal))
                {
                    script.Append("printf '%s\\001%s\\002' ").Append(key).Append(" \"$").Append(key).Append("\"\n");
                }

                var result = await ExternalProgram.RunAsync("sh", ["-s"], input: script.ToString());

                Assert.Equal("", result.Error);
                Assert.Equal(
                    string.Concat(values.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}\u0001{pair.Value}\u0002")),
                    result.Output);
            },
            iter: 60);
}
