using System.Collections.Immutable;
using Berth.Kernel;
using Berth.Platform.Certs;
using Berth.Platform.Config;
using Berth.Platform.Domains;
using Berth.Platform.Proxy;
using Berth.Platform.Takeover;

namespace Berth.Platform.Routing;

/// <summary>Reads what an app's routes need from its files.</summary>
public sealed class AppReader(DomainStore domains, CertificateFiles certificates, ConfigStore config, ContainerFiles containers)
{
    /// <param name="app">Which.</param>
    /// <exception cref="ProblemException">A file cannot be read.</exception>
    public AppFacts Read(AppName app)
    {
        var hasPair = certificates.Exists(app);
        var (facts, fromAcme, damage) = hasPair ? certificates.InServiceOf(app) : new InService(null, FromAcme: false);
        ImmutableArray<DomainName> names = [.. domains.DomainsOf(app)];
        return new AppFacts
        {
            Names = names,
            Uncovered = [.. names.Where(name => !CertificateNames.Cover(facts?.Names ?? [], name))],
            CatchesAll = domains.CatchesAll(app),
            HasVariables = config.Read(app).Keys.Any(ProxySettings.IsSetting),
            HasContainers = containers.HasAny(app),
            HasPair = hasPair,
            IsBroken = damage is not null,
            IsFromAcme = fromAcme,
            Certificate = facts is null ? 0 : certificates.VersionOf(app, facts),
        };
    }
}
