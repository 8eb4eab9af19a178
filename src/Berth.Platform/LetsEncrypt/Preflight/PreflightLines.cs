using System.Globalization;
using Berth.Kernel;
using Berth.Platform.CommandLine;

namespace Berth.Platform.LetsEncrypt.Preflight;

/// <summary>Prints findings, for people and for programs.</summary>
internal static class PreflightLines
{
    internal static void Print(AppName app, IReadOnlyList<PreflightFinding> findings, CommandOutput output)
    {
        output.Headline($"Checking what a certificate for {app} needs");
        foreach (var about in findings.GroupBy(finding => finding.Subject))
        {
            output.Step(about.Key);
            foreach (var finding in about)
            {
                var (mark, tint) = MarkOf(finding.Level);
                output.Marked(mark, tint, Printable.Of(finding.Found, 1000));
                if (finding.Remedy is { } remedy)
                {
                    output.Detail($"         {output.Caller.AsCalled(remedy)}");
                }
            }
        }
    }

    internal static string AsJson(AppName app, IReadOnlyList<PreflightFinding> findings, Caller caller) => PlainJson.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("app", app.Text);
        writer.WriteBoolean("ready", findings.All(finding => finding.Level != PreflightLevel.Problem));
        writer.WriteStartArray("findings");
        foreach (var finding in findings)
        {
            writer.WriteStartObject();
            writer.WriteString("subject", finding.Subject);
            writer.WriteString("check", finding.Check);
            writer.WriteString("level", finding.Level.ToString().ToLower(CultureInfo.InvariantCulture));
            writer.WriteString("found", finding.Found);
            writer.WriteString("remedy", caller.AsCalled(finding.Remedy ?? ""));
            writer.WriteBoolean("stops", finding.Stops);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    });

    private static (string Mark, Tint Tint) MarkOf(PreflightLevel level) => level switch
    {
        PreflightLevel.Ok => ("ok     ", Tint.Green),
        PreflightLevel.Note => ("note   ", Tint.Yellow),
        _ => ("problem", Tint.Red),
    };
}
