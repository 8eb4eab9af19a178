using Berth.Platform.CommandLine;

namespace Berth.Platform.LetsEncrypt.Metrics;

/// <summary>The <c>metrics</c> command.</summary>
public sealed class MetricsFeature(CertificateMetrics metrics) : IFeature
{
    public string Name => "metrics";

    public string Description => "Show how certificates stand, for Prometheus";

    public IEnumerable<Command> Commands =>
        [new("metrics", "", "Show how certificates and their renewal stand, in Prometheus's text format", ShowAsync)];

    private Task<int> ShowAsync(CommandCall call)
    {
        call.Parse();
        call.Output.Raw(metrics.Text());
        return Task.FromResult(0);
    }
}
