using System.Globalization;
using Berth.Commands;

namespace Berth.Daemon;

/// <summary>What <c>berth serve</c> was told.</summary>
internal sealed record ServeOptions
{
    /// <summary>Null: 80 for root; otherwise 8080, or a free port when that is taken.</summary>
    public int? HttpPort { get; init; }

    /// <summary>Null: 443 for root; otherwise 8443, or a free port when that is taken.</summary>
    public int? HttpsPort { get; init; }

    /// <summary>Null: 8444, or a free port when that is taken.</summary>
    public int? AuthorityPort { get; init; }

    public bool Authority { get; init; } = true;

    /// <summary>Return as soon as the daemon answers; it goes on by itself.</summary>
    public bool Detach { get; init; }

    /// <summary>End the daemon that serves these roots instead of being one.</summary>
    public bool Stop { get; init; }

    public static string Usage =>
        """
        Usage: berth serve [--http-port N] [--https-port N] [--authority-port N] [--no-authority] [--detach]
               berth serve --stop

            --http-port       where the edge takes HTTP; 80 for root, else 8080 or a free port. 0: any free one
            --https-port      where it takes HTTPS; 443 for root, else 8443 or a free port. 0: any free one
            --authority-port  where the authority listens, on this machine only; 8444 or a free port
            --no-authority    leave Berth's own certificate authority out
            --detach          return as soon as the daemon answers; its log is run/berth.log below DOKKU_LIB_ROOT
            --stop            stop the daemon and its apps, and wait until they have ended
        """;

    private const string SeeHelp = "`berth serve --help` lists the options.";

    /// <exception cref="Kernel.ProblemException">Every word that is not understood is named.</exception>
    public static ServeOptions Parse(IReadOnlyList<string> words)
    {
        var options = new ServeOptions();
        for (var i = 0; i < words.Count; i++)
        {
            var next = i + 1 < words.Count ? words[i + 1] : null;
            options = words[i] switch
            {
                "--http-port" => options with { HttpPort = Port(words[i], next) },
                "--https-port" => options with { HttpsPort = Port(words[i], next) },
                "--authority-port" => options with { AuthorityPort = Port(words[i], next) },
                "--no-authority" => options with { Authority = false },
                "--detach" => options with { Detach = true },
                "--stop" => options with { Stop = true },
                DetachedProcess.Option when next is not null => options,
                var word => throw ProgramProblems.BadOption($"berth serve knows no option '{Kernel.Printable.Of(word)}'.", SeeHelp).AsException(),
            };
            i += words[i] is "--no-authority" or "--detach" or "--stop" ? 0 : 1;
        }

        return options;
    }

    private static int Port(string option, string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port <= 65535
            ? port
            : throw ProgramProblems.BadOption($"{option} needs a port from 0 (any free one) to 65535, not '{Kernel.Printable.Of(text ?? "")}'.", SeeHelp).AsException();
}
