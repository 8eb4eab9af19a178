using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Berth.Kernel;
using Berth.TestKit;

namespace Berth.Specs;

/// <summary>
/// What a Dokku server has on disk, made by program from its documented layout: an app with today's letsencrypt files, one with those of
/// 2016 and its config where it was then, one with a certificate installed by hand, and one that only has containers.
/// </summary>
internal sealed class DokkuServerTree(BerthServer berth)
{
    private const string ContainerId = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    private readonly Dictionary<string, string> _serials = [];

    /// <summary>The serial number of the certificate that each domain was served with.</summary>
    public IReadOnlyDictionary<string, string> Serials => _serials;

    /// <param name="containerPort">Where the containers of app <c>web</c> listen, on loopback.</param>
    public void Write(int containerPort)
    {
        Home("VHOST", "example.com\n");
        Home("HOSTNAME", "example.com\n");
        Home("ENV", "export GLOBAL='from the root'\n");
        Home(".sshcommand", "/usr/bin/dokku\n");
        Home("dokkurc", "export DOKKU_QUIET_OUTPUT=\n");
        Today();
        Of2016();
        ByHand();
        Containers(containerPort);
        Settings();
        Plugin();
        Lib("config/nginx/shop/hsts", "false");
        Lib("config/letsencrypt/--global/email", "me@example.com");
        Lib("data/storage/shop/keep", "a user's file\n");
        Lib("plugins/config.toml", "");
    }

    /// <summary>Everything below both roots: kind, mode, owner, and a hash of the content or the link's target.</summary>
    public SortedDictionary<string, string> Snapshot()
    {
        var found = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var root in new[] { berth.Home, berth.Lib })
        {
            foreach (var path in Directory.EnumerateFileSystemEntries(root, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 }))
            {
                found[path] = Describe(path);
            }
        }

        return found;
    }

    private static string Describe(string path)
    {
        if (new FileInfo(path).LinkTarget is { } target)
        {
            return $"link {target}";
        }

        var kind = File.Exists(path) && File.GetAttributes(path).HasFlag(FileAttributes.Directory) || Directory.Exists(path)
            ? "folder"
            : path.EndsWith(".sock", StringComparison.Ordinal) ? "socket" : Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path)));
        return $"{File.GetUnixFileMode(path)} {FileOwner.OfItself(path)} {kind}";
    }

    private void Today()
    {
        var (chain, key) = Issue("shop.example.com", days: 50);
        const string hash = "2fd4e1c67a2d28fced849ee1bb76e7391b93eb12";
        Home("shop/VHOST", "shop.example.com\n");
        Home($"shop/letsencrypt/certs/{hash}/config", "--pem --http --http.webroot /webroot --accept-tos --cert.timeout 2592000 --path /certs --server https://acme-v02.api.letsencrypt.org/directory --email me@example.com --domains shop.example.com\n");
        Home($"shop/letsencrypt/certs/{hash}/certificates/shop.example.com.crt", chain);
        Home($"shop/letsencrypt/certs/{hash}/certificates/shop.example.com.issuer.crt", chain);
        Home($"shop/letsencrypt/certs/{hash}/certificates/shop.example.com.key", key);
        Home($"shop/letsencrypt/certs/{hash}/certificates/shop.example.com.pem", chain + key);
        Home($"shop/letsencrypt/certs/{hash}/accounts/acme-v02.api.letsencrypt.org/me@example.com/account.json", """{"email":"me@example.com","registration":{"uri":"https://acme-v02.api.letsencrypt.org/acme/acct/1"}}""");
        File.CreateSymbolicLink($"{berth.Home}/shop/letsencrypt/certs/current", hash);
        Home("shop/tls/server.crt", chain);
        Home("shop/tls/server.key", key);
        Home("shop/tls/server.letsencrypt.crt", chain);
        Lib("config/shop/ENV", "DOKKU_PROXY_PORT_MAP=\"http:80:5000 https:443:5000\"\nGREETING=\"hello \\\"you\\\"\"\n");
    }

    private void Of2016()
    {
        var (chain, key) = Issue("blog.example.com", days: 60);
        const string hash = "da39a3ee5e6b4b0d3255bfef95601890afd80709";
        Home("blog/VHOST", "blog.example.com\n");
        Home("blog/ENV", "export DOKKU_LETSENCRYPT_EMAIL='me@example.com'\nexport GREETING='as it was'\n");
        Home($"blog/letsencrypt/certs/{hash}/fullchain.pem", chain);
        Home($"blog/letsencrypt/certs/{hash}/key.pem", key);
        Home($"blog/letsencrypt/certs/{hash}/account_key.json", "{}");
        File.CreateSymbolicLink($"{berth.Home}/blog/letsencrypt/certs/current", hash);
        Home("blog/tls/server.crt", chain);
        Home("blog/tls/server.key", key);
    }

    private void ByHand()
    {
        var (chain, key) = Issue("hand.example.com", days: 300);
        Home("hand/VHOST", "hand.example.com\nnot a domain/\n");
        Home("hand/tls/server.crt", chain);
        Home("hand/tls/server.key", key);
    }

    private void Containers(int port)
    {
        Home("web/VHOST", "web.example.com\n");
        Home("web/CONTAINER.web.1", ContainerId);
        Home("web/IP.web.1", "127.0.0.1");
        Home("web/PORT.web.1", port.ToString(provider: null));
        Home("web/CONTAINER.web.2", ContainerId);
        Home("web/IP.web.2", "127.0.0.9");
        Home("web/PORT.web.2", "1");
        Home("web/nginx.conf", "# made by Dokku\n");
    }

    private void Settings()
    {
        Home(".ssh/authorized_keys",
            "command=\"FINGERPRINT=SHA256:6brPsZdpAOrQ8nEmuJTkuO1jC7YyqGcDsHEUSEcCcKM NAME=\\\"admin\\\" `cat /home/dokku/.sshcommand` $SSH_ORIGINAL_COMMAND\","
            + "no-agent-forwarding,no-user-rc,no-X11-forwarding,no-port-forwarding ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPu+Ea1EKKiyTcJ+B8EWVPDrZ4ybyW4XfSAMKr0Vmg3J you@there\n");
        Home("shop/nginx.conf.d/hsts.conf", "add_header Strict-Transport-Security max-age=63072000;\n");
        Home("shop/nginx.conf.d/upload.conf", "client_max_body_size 50m;\n");
        Home("blog/DOCKER_OPTIONS_DEPLOY", "--restart=on-failure:10\n-v /var/lib/dokku/data/storage/blog:/data\n");
        Home("blog/DOKKU_SCALE", "web=2\nworker=3\n");
        Lib("config/ps/shop/scale", "web=2\nworker=1\n");
        Lib("config/ps/shop/restart-policy", "on-failure:20");
        Lib("config/docker-options/shop/_default_.deploy", "--link a:b\n");
        Lib("config/network/shop/attach-post-deploy", "inner\n");
        Lib("config/cron/--global/mailto", "me@example.com");
    }

    // Somebody's, and those Dokku itself brought.
    private void Plugin()
    {
        Lib("core-plugins/available/common/functions", "# Dokku's own\n");
        Lib("core-plugins/available/common/plugin.toml", "[plugin]\ndescription = \"dokku core common plugin\"\nversion = \"0.30.0\"\n[plugin.config]\n");
        Lib("plugins/available/greet/plugin.toml", "[plugin]\ndescription = \"Greets\"\nversion = \"1.0.0\"\n[plugin.config]\n");
        Lib("plugins/available/greet/subcommands/default", "#!/usr/bin/env bash\nsource \"$PLUGIN_CORE_AVAILABLE_PATH/common/functions\"\ndokku_log_info1 \"greetings to $(dokku_apps | xargs)\"\n");
        File.SetUnixFileMode($"{berth.Lib}/plugins/available/greet/subcommands/default", PrivateFolder.PublicRead);
        PrivateFolder.Ensure($"{berth.Lib}/plugins/enabled", PrivateFolder.PublicRead);
        File.CreateSymbolicLink($"{berth.Lib}/plugins/enabled/greet", $"{berth.Lib}/plugins/available/greet");
    }

    private (string Chain, string Key) Issue(string domain, int days)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(domain);
        var request = new CertificateRequest($"CN={domain}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(days - 90), now.AddDays(days));
        _serials[domain] = certificate.SerialNumber;
        return (certificate.ExportCertificatePem() + "\n", key.ExportECPrivateKeyPem() + "\n");
    }

    private void Home(string path, string text) => Put($"{berth.Home}/{path}", text);

    private void Lib(string path, string text) => Put($"{berth.Lib}/{path}", text);

    private static void Put(string path, string text)
    {
        PrivateFolder.Ensure(Path.GetDirectoryName(path)!, PrivateFolder.PublicRead);
        AtomicFile.Write(path, text, path.EndsWith(".key", StringComparison.Ordinal) ? AtomicFile.GroupRead : AtomicFile.PublicRead);
    }
}
