using System.Net;
using System.Runtime.InteropServices;
using Berth.Authority;
using Berth.Commands;
using Berth.Kernel;
using Berth.Platform.CommandLine;

namespace Berth.Daemon;

/// <summary><c>berth ca pebble</c>: the authority as a test server that takes Pebble's words, settings and variables, and keeps nothing.</summary>
internal static class PebbleCommand
{
    private const string Usage =
        """
        Usage: berth ca pebble [-config FILE] [-dnsserver ADDRESS:PORT] [-strict]

        An authority for tests of ACME clients, in the place of Pebble: its paths (https://localhost:14000/dir), its management interface
        (https://localhost:15000/roots/0), its settings and its environment variables: PEBBLE_WFE_NONCEREJECT, PEBBLE_AUTHZREUSE,
        PEBBLE_VA_NOSLEEP, PEBBLE_VA_SLEEPTIME, PEBBLE_VA_ALWAYS_VALID, PEBBLE_ALTERNATE_ROOTS, PEBBLE_CHAIN_LENGTH. Keys and records are
        new at each start and gone at its end. The keys are given away: trust its roots in tests only.

            -config     a file in Pebble's JSON form; without it, everything is as in Pebble's own example
            -dnsserver  the DNS server to ask in place of the system's
            -strict     taken and of no effect: it is as strict as RFC 8555 everywhere
        """;

    private const string Prefix = "berth-pebble-";

    private const string SeeHelp = "`berth ca pebble --help` lists the options.";

    public static async Task<int> RunAsync(string[] words, CommandOutput output)
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
        SweepKilled();
        var folder = Directory.CreateTempSubdirectory(Prefix).FullName;
        try
        {
            await using var server = new AuthorityServer(Parse(words, folder), TimeProvider.System, logs);
            await server.StartAsync(stop.Token);
            output.Headline("The test authority is serving");
            output.Detail($"Directory: {server.Directory}");
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop.Token).ContinueWith(_ => { }, TaskScheduler.Default);
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.Cancel();
        }
    }

    // Tests kill their servers: what one that is gone has left is worth nothing.
    private static void SweepKilled()
    {
        var old = TimeProvider.System.GetUtcNow().AddMinutes(-1);
        foreach (var left in new DirectoryInfo(Path.GetTempPath()).EnumerateDirectories(Prefix + "*").Where(folder => folder.CreationTimeUtc < old.UtcDateTime))
        {
            try
            {
                using var held = FileLock.TryAcquire(Path.Combine(left.FullName, "authority", "lock"));
                if (held is not null)
                {
                    left.Delete(recursive: true);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Another user's, or gone meanwhile.
            }
        }
    }

    private static AuthorityOptions Parse(string[] words, string folder)
    {
        var config = "";
        var resolver = "";
        for (var i = 0; i < words.Length; i++)
        {
            // As Go reads flags: one dash or two, the value after a sign or a space; -strict may have one.
            var (flag, value) = words[i].Split('=', 2) is [var name, var given] ? (name, given) : (words[i], null);
            switch (flag.TrimStart('-'))
            {
                case "config": config = value ?? Next(words, ref i); break;
                case "dnsserver": resolver = value ?? Next(words, ref i); break;
                case "strict": i += value is null && i + 1 < words.Length && words[i + 1] is "true" or "false" ? 1 : 0; break;
                default: throw ProgramProblems.BadOption($"berth ca pebble knows no option '{Printable.Of(words[i])}'.", SeeHelp).AsException();
            }
        }

        var options = PebbleSettings.Read(config, folder, Environment.GetEnvironmentVariable);
        return resolver.Length == 0 ? options : options with { Resolvers = [PebbleSettings.EndPoint(resolver, IPAddress.Loopback)] };
    }

    private static string Next(string[] words, ref int i) => ++i < words.Length
        ? words[i]
        : throw ProgramProblems.BadOption($"{Printable.Of(words[i - 1])} needs a value.", SeeHelp).AsException();
}
