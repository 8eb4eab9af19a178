using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.CommandLine;

namespace Berth.Platform.Certs;

/// <summary>The <c>certs:*</c> commands.</summary>
public sealed class CertificateFeature(CertificateFiles files, AppCatalog apps, Storage.IStateStore store) : IFeature
{
    private static readonly Report Report = new("ssl-", "ssl information");

    public string Name => "certs";

    public string Description => "Manage SSL (TLS) certs";

    public IEnumerable<Command> Commands =>
    [
        new("certs:report", "[<app>] [--format json] [<flag>]", "Display an ssl report for one or more apps", ReportAsync),
        new("certs:show", "<app> crt|key", "Show the contents of the app's certificate or key", ShowAsync),
    ];

    private Task<int> ShowAsync(CommandCall call)
    {
        var words = call.Parse();
        var app = apps.Find(words.At(0));
        var text = words.At(1) switch
        {
            "crt" => files.ReadCertificate(app),
            "key" => files.ReadKey(app),
            _ => throw CertificateProblems.WhatToShow().AsException(),
        };
        call.Output.Raw(text ?? throw CertificateProblems.None(app).AsException());
        return Task.FromResult(0);
    }

    private Task<int> ReportAsync(CommandCall call)
    {
        var request = ReportRequest.Parse(call.Words);
        foreach (var app in apps.Reported(request, call))
        {
            Report.Print(call.Output, app.Text, ValuesOf(app), request);
        }

        return Task.FromResult(0);
    }

    private Dictionary<string, string> ValuesOf(AppName app)
    {
        var facts = files.Exists(app) ? files.Facts(app) : null;
        return new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ssl-dir"] = store.FileOf(AppCatalog.FolderOf(app)) + "/tls",
            ["ssl-enabled"] = files.Exists(app) ? "true" : "false",
            ["ssl-expires-at"] = facts is null ? "" : AsOpenSslDate(facts.NotAfter),
            ["ssl-hostnames"] = facts is null ? "" : string.Join(' ', facts.Names),
            ["ssl-issuer"] = facts?.Issuer ?? "",
            ["ssl-starts-at"] = facts is null ? "" : AsOpenSslDate(facts.NotBefore),
            ["ssl-subject"] = facts is null ? "" : $"subject={facts.Subject}",
            ["ssl-verified"] = facts is null ? "" : Verified(files.ReadCertificate(app)!),
        };
    }

    private static string AsOpenSslDate(DateTimeOffset time) =>
        time.UtcDateTime.ToString("MMM", CultureInfo.InvariantCulture)
        + time.UtcDateTime.Day.ToString(CultureInfo.InvariantCulture).PadLeft(3)
        + time.UtcDateTime.ToString(" HH:mm:ss yyyy", CultureInfo.InvariantCulture) + " GMT";

    private static string Verified(string pem)
    {
        var all = new X509Certificate2Collection();
        all.ImportFromPem(pem);
        using var chain = new X509Chain();
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.ExtraStore.AddRange(all);
        return chain.Build(all[0]) ? "verified by a certificate authority" : "self signed";
    }
}
