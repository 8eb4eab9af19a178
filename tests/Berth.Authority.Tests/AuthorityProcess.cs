using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging.Abstractions;

namespace Berth.Authority.Tests;

/// <summary>An authority in a process of its own, to be killed: this very program, told so by its environment.</summary>
internal static class AuthorityProcess
{
    private const string Folder = "BERTH_TEST_AUTHORITY_FOLDER";
    private const string Port = "BERTH_TEST_AUTHORITY_PORT";
    private const string Database = "BERTH_TEST_AUTHORITY_DATABASE";
    private const string FailPoint = "BERTH_TEST_AUTHORITY_FAILPOINT";
    private const string HttpPort = "BERTH_TEST_AUTHORITY_HTTP_PORT";

    /// <param name="failPoint">A step of signing that kills it; with "at " before it, one where it stands still.</param>
    internal static Process Start(string folder, int port = 0, int httpPort = 80, string? database = null, string? failPoint = null)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        // Under "dotnet test" the program is its own executable; under "dotnet exec" the assembly is its first argument.
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            start.ArgumentList.Add(typeof(AuthorityProcess).Assembly.Location);
        }

        start.Environment[Folder] = folder;
        start.Environment[Port] = port.ToString(CultureInfo.InvariantCulture);
        start.Environment[HttpPort] = httpPort.ToString(CultureInfo.InvariantCulture);
        start.Environment[Database] = database;
        start.Environment[FailPoint] = failPoint;
        return Process.Start(start)!;
    }

    // Until a module's initializer returns, no other thread may run this module's code: so nothing here is asynchronous.
    [ModuleInitializer]
    internal static void RunWhenTold()
    {
        if (Environment.GetEnvironmentVariable(Folder) is { Length: > 0 } folder)
        {
            Run(folder);
        }
    }

    private static void Run(string folder)
    {
        var options = new AuthorityOptions
        {
            DataFolder = folder,
            Listen = [new IPEndPoint(IPAddress.Loopback, Number(Port))],
            HttpPort = Number(HttpPort),
            AllowPrivateAddresses = true,
            Database = Environment.GetEnvironmentVariable(Database) is { Length: > 0 } database ? SharedDatabase.Parse(database, isSecret: true) : null,
            LeaseTime = TimeSpan.FromSeconds(3),
            FailPoint = reached =>
            {
                if (reached == Environment.GetEnvironmentVariable(FailPoint))
                {
                    Process.GetCurrentProcess().Kill();
                }

                if ("at " + reached == Environment.GetEnvironmentVariable(FailPoint))
                {
                    new ManualResetEventSlim().Wait();
                }
            },
        };
        var server = new AuthorityServer(options, TimeProvider.System, NullLoggerFactory.Instance);
        server.StartAsync(CancellationToken.None).GetAwaiter().GetResult();
        Console.WriteLine("started");
        new ManualResetEventSlim().Wait();
    }

    private static int Number(string variable) =>
        int.Parse(Environment.GetEnvironmentVariable(variable)!, CultureInfo.InvariantCulture);
}
