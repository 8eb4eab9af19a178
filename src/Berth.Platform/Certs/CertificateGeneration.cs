using Berth.Kernel;
using Berth.Platform.CommandLine;

namespace Berth.Platform.Certs;

/// <summary>Asks who a certificate is for, as <c>openssl req</c> does, and makes it.</summary>
internal sealed class CertificateGeneration(TimeProvider time)
{
    /// <param name="call">Asks and hears.</param>
    /// <param name="domain">The host it is for; null when none was named.</param>
    /// <exception cref="ProblemException">An answer that no certificate can carry.</exception>
    public async Task<SelfSigned> RunAsync(CommandCall call, DomainName? domain)
    {
        var answers = await AskAsync(call, domain);
        var names = new[] { domain?.Text, answers.Values.GetValueOrDefault(SubjectAnswers.CommonName) }
            .Where(name => DomainName.TryParse(name, out _)).OfType<string>().Distinct().ToArray();
        return SelfSigned.Make(answers, names, time.GetUtcNow());
    }

    private static async Task<SubjectAnswers> AskAsync(CommandCall call, DomainName? domain)
    {
        using var reader = new StreamReader(call.OpenInput());
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (question, type) in SubjectAnswers.Questions)
        {
            var usual = type == SubjectAnswers.CommonName ? domain?.Text ?? "" : "";
            call.Output.ErrorRaw($"{question} [{usual}]:");
            await call.Output.FlushAsync(call.Cancel);
            var answer = await LineAsync(reader, question, call.Cancel);
            if (type is null)
            {
                continue;
            }

            if (SubjectAnswers.Fault(type, answer) is { } fault)
            {
                call.Output.ErrorLine("");
                throw CertificateProblems.BadAnswer(question, fault).AsException();
            }

            if ((answer.Length == 0 ? usual : answer) is { Length: > 0 } value && value != ".")
            {
                values[type] = value;
            }
        }

        call.Output.ErrorLine("");
        return new SubjectAnswers { Values = values };
    }

    // Input that ends leaves the questions that are left unanswered.
    private static async Task<string> LineAsync(StreamReader reader, string question, CancellationToken cancel) =>
        await InputLine.ReadAsync(reader, cancel)
        ?? throw CertificateProblems.BadAnswer(question, $"the answer is longer than {InputLine.Limit} characters").AsException();
}
