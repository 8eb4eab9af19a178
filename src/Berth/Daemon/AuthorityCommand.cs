using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using Berth.Authority;
using Berth.Client;
using Berth.Commands;
using Berth.Kernel;
using Berth.Platform.CommandLine;
using Berth.Storage;

namespace Berth.Daemon;

/// <summary><c>berth ca serve</c>: the authority alone, for other ACME clients.</summary>
internal static class AuthorityCommand
{
    private const string Usage =
        """
        Usage: berth ca serve [--data FOLDER] [--database URL|FILE] [--listen ADDRESS:PORT] [--publish ADDRESS:PORT] [--host NAME ...]
                              [--validation-port PORT] [--lifetime DAYS] [--allow-private] [OPTION ...]

            --data             where keys and the database lie; $DOKKU_LIB_ROOT/data/authority by default
            --database         PostgreSQL that several nodes share: a postgres:// URL, or a file that holds one
            --listen           where the ACME endpoint listens with TLS; 127.0.0.1:14000 by default
            --publish          where CRLs and issuers are published over plain HTTP; nowhere by default
            --host             a name clients call it by, may be repeated; localhost by default
            --validation-port  where HTTP-01 is proven; 80 by default
            --lifetime         days a certificate lasts; 90 by default
            --allow-private    certify names that lead to private and loopback addresses
            --allow-network    certify names that lead into this network (10.1.0.0/16), whatever it is; may be repeated
            --validation-tls-port  where TLS-ALPN-01 is proven; 443 by default
            --challenge        a challenge type to offer, may be repeated; all of them by default
            --resolver         a DNS resolver to ask, ADDRESS:PORT; each one more is a perspective that must agree
            --quorum           how many perspectives must see a proof; all of two, all but one of three to five
            --caa-identity     the name this authority goes by in CAA records; CAA is looked at where there is one; may be repeated
            --allow-name       what may be certified: a name, a name with a dot in front for all below it, a network; may be repeated
            --deny-name        what may not, in the same form; may be repeated
            --terms            URL of the terms of service that each account must agree to
            --website          URL of a page about this authority, shown in the directory
            --require-binding  register accounts with an external account binding only
            --limits           rate limits: letsencrypt, letsencrypt-staging, or a file with lines like `new-orders 300/3h`; none by default
            --profile          a kind of certificate to choose: NAME,lifetime=6d,names=25,keys=ec,wildcards=no,addresses=no; may be repeated
        """;

    private const string SeeHelp = "`berth ca serve --help` lists the options.";

    public static async Task<int> ServeAsync(string[] words, StateRoots roots, CommandOutput output)
    {
        if (words.Contains("--help") || words.Contains("-h"))
        {
            output.Line(Usage);
            return 0;
        }

        using var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var logs = new LineLogger();
        await using var server = new AuthorityServer(Parse(words, roots), TimeProvider.System, logs);
        await server.StartAsync(stop.Token);
        output.Headline("The authority is serving");
        output.Detail($"Directory: {server.Directory}");
        output.Detail($"Root:      {server.RootPath}");
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop.Token).ContinueWith(_ => { }, TaskScheduler.Default);
        return 0;

        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.Cancel();
        }
    }

    private static AuthorityOptions Parse(string[] words, StateRoots roots)
    {
        var data = Array.IndexOf(words, "--data") is >= 0 and var at && at + 1 < words.Length ? GivenPath.Full(words[at + 1], "--data") : $"{roots.Lib}/data/authority";
        var options = CaSettings.Load(data);
        var (hosts, challenges) = (ImmutableArray<string>.Empty, ImmutableArray<string>.Empty);
        for (var i = 0; i < words.Length; i++)
        {
            if (words[i] is "--allow-private" or "--require-binding")
            {
                options = words[i] == "--allow-private"
                    ? options with { AllowPrivateAddresses = true }
                    : options with { RequireBinding = true };
                continue;
            }

            var option = words[i];
            var value = ++i < words.Length ? words[i] : throw Missing(option);
            hosts = option == "--host" ? hosts.Add(value) : hosts;
            challenges = option == "--challenge" ? challenges.Add(value) : challenges;
            options = option is "--host" or "--challenge" ? options : With(options, option, value);
        }

        return options with
        {
            HostNames = hosts.IsEmpty ? options.HostNames : hosts,
            ChallengeTypes = challenges.IsEmpty ? options.ChallengeTypes : challenges,
        };
    }

    private static AuthorityOptions With(AuthorityOptions options, string option, string value) => option switch
    {
        "--data" => options with { DataFolder = GivenPath.Full(value, option) },
        "--database" => options with { Database = CaSettings.Database(value) },
        "--listen" => options with { Listen = [EndPoint(value)] },
        "--publish" => options with { ListenHttp = EndPoint(value) },
        "--validation-port" => options with { HttpPort = Number(value) },
        "--lifetime" => options with { LeafLifetime = TimeSpan.FromDays(Number(value)) },
        "--validation-tls-port" => options with { HttpsPort = Number(value) },
        "--allow-network" => options with { AllowedNetworks = options.AllowedNetworks.Add(Network(value)) },
        "--resolver" => options with { Resolvers = options.Resolvers.Add(EndPoint(value)) },
        "--quorum" => options with { Quorum = Number(value) },
        "--caa-identity" => options with { CaaIdentities = options.CaaIdentities.Add(value) },
        "--allow-name" => options with { AllowedNames = options.AllowedNames.Add(value) },
        "--deny-name" => options with { DeniedNames = options.DeniedNames.Add(value) },
        "--terms" => options with { TermsOfService = Url(value) },
        "--website" => options with { Website = Url(value) },
        "--limits" => options with { Limits = LimitFile.Parse(value) },
        "--profile" => options with { Profiles = options.Profiles.Add(ProfileWords.Parse(value)) },
        _ => throw ProgramProblems.BadOption($"berth ca serve knows no option '{Printable.Of(option)}'.", SeeHelp).AsException(),
    };

    private static ProblemException Missing(string option) =>
        ProgramProblems.BadOption($"{Printable.Of(option)} needs a value.", SeeHelp).AsException();

    private static IPEndPoint EndPoint(string text) => IPEndPoint.TryParse(text, out var point) && text.Contains(':')
        ? point
        : throw ProgramProblems.BadOption($"'{Printable.Of(text)}' is not an address and a port.", "Write both, as in 127.0.0.1:14000.").AsException();

    private static IPNetwork Network(string text) => IPNetwork.TryParse(text, out var network)
        ? network
        : throw ProgramProblems.BadOption($"'{Printable.Of(text)}' is not a network.", "Write its first address and its length, as in 10.1.0.0/16.").AsException();

    private static Uri Url(string text) => Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "https" or "http"
        ? url
        : throw ProgramProblems.BadOption($"'{Printable.Of(text)}' is not an http or https URL.", SeeHelp).AsException();

    private static int Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= 65535
            ? number
            : throw ProgramProblems.BadOption($"'{Printable.Of(text)}' is not a whole number up to 65535.", SeeHelp).AsException();
}
