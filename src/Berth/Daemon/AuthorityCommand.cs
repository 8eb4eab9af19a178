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
        Usage: berth ca serve [--data FOLDER] [--listen ADDRESS:PORT] [--publish ADDRESS:PORT] [--host NAME ...]
                              [--validation-port PORT] [--lifetime DAYS] [--allow-private]

            --data             where keys and the database lie; $DOKKU_LIB_ROOT/data/authority by default
            --listen           where the ACME endpoint listens with TLS; 127.0.0.1:14000 by default
            --publish          where CRLs and issuers are published over plain HTTP; nowhere by default
            --host             a name clients call it by, may be repeated; localhost by default
            --validation-port  where HTTP-01 is proven; 80 by default
            --lifetime         days a certificate lasts; 90 by default
            --allow-private    certify names that lead to private and loopback addresses
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
        var options = new AuthorityOptions { DataFolder = $"{roots.Lib}/data/authority" };
        var hosts = ImmutableArray<string>.Empty;
        for (var i = 0; i < words.Length; i++)
        {
            if (words[i] == "--allow-private")
            {
                options = options with { AllowPrivateAddresses = true };
                continue;
            }

            var option = words[i];
            var value = ++i < words.Length ? words[i] : throw Missing(option);
            hosts = option == "--host" ? hosts.Add(value) : hosts;
            options = option == "--host" ? options : With(options, option, value);
        }

        return hosts.IsEmpty ? options : options with { HostNames = hosts };
    }

    private static AuthorityOptions With(AuthorityOptions options, string option, string value) => option switch
    {
        "--data" => options with { DataFolder = GivenPath.Full(value, option) },
        "--listen" => options with { Listen = [EndPoint(value)] },
        "--publish" => options with { ListenHttp = EndPoint(value) },
        "--validation-port" => options with { HttpPort = Number(value) },
        "--lifetime" => options with { LeafLifetime = TimeSpan.FromDays(Number(value)) },
        _ => throw ProgramProblems.BadOption($"berth ca serve knows no option '{Printable.Of(option)}'.", SeeHelp).AsException(),
    };

    private static ProblemException Missing(string option) =>
        ProgramProblems.BadOption($"{Printable.Of(option)} needs a value.", SeeHelp).AsException();

    private static IPEndPoint EndPoint(string text) => IPEndPoint.TryParse(text, out var point) && text.Contains(':')
        ? point
        : throw ProgramProblems.BadOption($"'{Printable.Of(text)}' is not an address and a port.", "Write both, as in 127.0.0.1:14000.").AsException();

    private static int Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= 65535
            ? number
            : throw ProgramProblems.BadOption($"'{Printable.Of(text)}' is not a whole number up to 65535.", SeeHelp).AsException();
}
