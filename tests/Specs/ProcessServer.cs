using Berth.Kernel;
using Berth.TestKit;

namespace Berth.Specs;

/// <summary>Small apps for specifications about processes: a perl server that tells what it was started with.</summary>
internal static class ProcessServer
{
    public const string Server = """
        #!/usr/bin/perl
        use IO::Socket::INET;
        $| = 1;
        exit 3 if -e "broken";
        my $s = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $ENV{PORT}, Listen => 50, ReuseAddr => 1) or die "cannot listen: $!";
        print "listening as $ENV{DYNO}\n";
        while (1) {
            my $c = $s->accept or next;
            my $line = <$c>;
            exit 7 if $line =~ m{ /die };
            print $c "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n$ENV{DYNO} $ENV{WORD}\n";
            close $c;
        }
        """;

    /// <summary>A folder with the server and these files beside it.</summary>
    public static ScratchFolder Folder(params (string Name, string Text)[] files)
    {
        var folder = new ScratchFolder();
        foreach (var (name, text) in (IEnumerable<(string, string)>)[("Procfile", "web: perl server.pl\n"), ("server.pl", Server), .. files])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder[name])!);
            AtomicFile.Write(folder[name], text);
        }

        return folder;
    }

    public static async Task DeployAsync(BerthServer berth, string app, params (string Name, string Text)[] files)
    {
        using var folder = Folder(files);
        await berth.OkAsync("apps:create", app);
        await berth.OkAsync("deploy", app, folder.Path);
    }

    /// <summary>Asks the app at the edge over plain HTTP.</summary>
    public static Task<CommandResult> AskAsync(BerthServer berth, string app, string path = "/") => ExternalProgram.RunAsync(
        "curl", ["-sS", "--max-time", "20", "--connect-to", $"::127.0.0.1:{berth.HttpPort}", $"http://{app}.localhost:{berth.HttpPort}{path}"]);
}
