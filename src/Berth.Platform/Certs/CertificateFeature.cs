using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.CommandLine;
using Berth.Platform.Domains;
using Berth.Platform.Plugins;
using Berth.Platform.Routing;
using Berth.Storage;

namespace Berth.Platform.Certs;

/// <summary>The <c>certs:*</c> commands.</summary>
public sealed class CertificateFeature(
    CertificateFiles files,
    CertificateReport report,
    DomainStore domains,
    AppCatalog apps,
    IStateStore store,
    RouteChanges routes,
    ITriggers triggers,
    Func<AppName, Task> changed,
    TimeProvider time) : IFeature
{
    private static readonly Report Report = new("ssl-", "ssl information");

    public string Name => "certs";

    public string Description => "Manage SSL (TLS) certs";

    public IEnumerable<Command> Commands =>
    [
        new("certs:add", "<app> CRT KEY", "Add an ssl endpoint to an app. Can also import from a tarball on stdin", AddAsync),
        new("certs:generate", "<app> DOMAIN", "Generate a key and certificate signing request (and self-signed certificate)", GenerateAsync),
        new("certs:remove", "<app>", "Remove an SSL Endpoint from an app", RemoveAsync),
        new("certs:report", "[<app>] [<flag>]", "Displays an ssl report for one or more apps", ReportAsync),
        new("certs:show", "<app> <crt|key>", "Show the server.crt or server.key on stdout", ShowAsync),
        new("certs:update", "<app> CRT KEY", "Update an SSL Endpoint on an app. Can also import from a tarball on stdin", AddAsync),
    ];

    private async Task<int> AddAsync(CommandCall call)
    {
        var words = call.Parse();
        var app = apps.Find(words.At(0));

        // Named files come as an archive too: the client reads them, with the caller's rights.
        var named = words.At(1) is { Length: > 0 } && words.At(2) is { Length: > 0 };
        var (certificate, key, names) = await CertificateArchive.ReadAsync(call.OpenInput(), named, call.Cancel);
        var pair = CertificatePair.Read(certificate, key);
        await pair.ProveAsync();
        foreach (var name in named ? [] : names)
        {
            call.Output.Line(Printable.Of(name));
        }

        foreach (var warning in pair.Warnings(domains.DomainsOf(app), time.GetUtcNow()))
        {
            call.Output.Warn(warning);
        }

        await InstallAsync(call, app, pair.ChainPem, pair.KeyPem);
        await triggers.FireAsync("post-domains-update", [app.Text], call.Output, call.Cancel);
        return 0;
    }

    private async Task<int> GenerateAsync(CommandCall call)
    {
        var words = call.Parse();
        var app = apps.Find(words.At(0));
        if (files.ReadCertificate(app) is not null || files.ReadKey(app) is not null)
        {
            call.Output.Step($"{app} has an SSL endpoint already defined");
            return 0;
        }

        var domain = words.At(1) is { Length: > 0 } word ? NewDomain(app, word) : null;
        var made = await new CertificateGeneration(time).RunAsync(call, domain);
        call.Output.Step("Installing certificate and key...");
        await InstallAsync(call, app, made.Certificate, made.Key, made.Request);
        if (domain is not null)
        {
            await domains.AddAsync(app, [domain.Text], call.Cancel);
            call.Output.Step($"Added {domain} to {app}");
            await routes.PublishAsync(app, call.Output, call.Cancel);
        }

        await triggers.FireAsync("post-domains-update", [app.Text], call.Output, call.Cancel);
        call.Output.Step("The following is a certificate signing request that can be used");
        call.Output.Step($"to generate an 'officially' signed SSL certificate for {app} at {domain?.Text}");
        call.Output.Step("by a CA of your choosing.");
        call.Output.Raw(made.Request);
        return 0;
    }

    private async Task<int> RemoveAsync(CommandCall call)
    {
        var app = apps.Find(call.Parse().At(0));
        if (!files.HasFolder(app))
        {
            throw CertificateProblems.NothingToRemove(app).AsException();
        }

        call.Output.Step($"Removing SSL endpoint from {app}");
        using (await store.LockAsync(app.Text, call.Cancel))
        {
            files.Remove(app);
        }

        // Whoever takes one off, or installs another, does not want what was begun before.
        await changed(app);
        await routes.PublishAsync(app, call.Output, call.Cancel);
        await triggers.FireAsync("post-certs-remove", [app.Text], call.Output, call.Cancel);
        await triggers.FireAsync("post-domains-update", [app.Text], call.Output, call.Cancel);
        return 0;
    }

    private Task<int> ShowAsync(CommandCall call)
    {
        var words = call.Parse();
        var app = apps.Find(words.At(0));
        var what = words.At(1);
        if (what is not ("crt" or "key"))
        {
            throw CertificateProblems.WhatToShow().AsException();
        }

        if (!files.Exists(app))
        {
            throw CertificateProblems.None(app).AsException();
        }

        var (chain, key) = files.Read(app);
        call.Output.Raw(what == "crt" ? chain : key);
        return Task.FromResult(0);
    }

    private Task<int> ReportAsync(CommandCall call)
    {
        var request = ReportRequest.Parse(call);
        if (request.IsGlobal)
        {
            Report.Print(call.Output, "Global", new Dictionary<string, string>(), request);
            return Task.FromResult(0);
        }

        foreach (var app in apps.Reported(request, call))
        {
            Report.Print(call.Output, app.Text, report.Of(app), request);
        }

        return Task.FromResult(0);
    }

    private async Task InstallAsync(CommandCall call, AppName app, string chain, string key, string? request = null)
    {
        using (await store.LockAsync(app.Text, call.Cancel))
        {
            // The wait may have outlived the app.
            apps.Find(app.Text);
            files.Install(app, chain, key, fromAcme: false);
            if (request is not null)
            {
                files.WriteRequest(app, request);
            }
        }

        await changed(app);
        await routes.PublishAsync(app, call.Output, call.Cancel);
        await triggers.FireAsync("post-certs-update", [app.Text], call.Output, call.Cancel);
    }

    private DomainName NewDomain(AppName app, string word)
    {
        if (!DomainName.TryParse(word, out var domain, out var reason))
        {
            throw DomainProblems.Refused(word, reason).AsException();
        }

        return apps.List().FirstOrDefault(other => other != app && domains.DomainsOf(other).Contains(domain)) is { } holder
            ? throw DomainProblems.Taken(domain.Text, holder).AsException()
            : domain;
    }
}
