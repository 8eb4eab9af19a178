using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Berth.Kernel;
using Berth.Platform.Processes;
using Berth.TestKit;

namespace Berth.Platform.Tests.Processes;

/// <summary>A scheduler with a folder, an app's release and an edge that remembers what it was told; stops all at its end.</summary>
internal sealed class Harbor : IAsyncDisposable
{
    /// <summary>Answers every connection with its name, release and process id.</summary>
    private const string Server = """
        #!/usr/bin/perl
        use IO::Socket::INET;
        $| = 1;
        my $s = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $ENV{PORT}, Listen => 100, ReuseAddr => 1) or die "cannot listen: $!";
        print "listening\n";
        while (1) { my $c = $s->accept or next; print $c "$ENV{DYNO} $ENV{RELEASE} $$\n"; close $c; }
        """;

    private static readonly AppName App = AppName.Parse("hello");

    public Harbor(TimeProvider? time = null, PortRange? ports = null, LogSettings? logs = null)
    {
        Time = time ?? TimeProvider.System;
        Options = new EmbeddedSchedulerOptions
        {
            StateFolder = Scratch["state"],
            Logs = logs is null ? new LogSettings { Folder = Scratch["logs"] } : logs with { Folder = Scratch["logs"] },
            Trampoline = Trampoline,
            Ports = ports ?? PortRange.Default,
        };
        Scheduler = Open();
        Write("server", Server);
        Last = Plan("web: ./server");
    }

    public static TrampolineCommand Trampoline { get; } = new(
        Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../../dotnet")),
        [Path.Combine(AppContext.BaseDirectory, "LaunchHost.dll"), Launcher.Verb]);

    public ScratchFolder Scratch { get; } = new();

    public TimeProvider Time { get; }

    public EmbeddedSchedulerOptions Options { get; }

    public EmbeddedScheduler Scheduler { get; private set; }

    public static AppName Name => App;

    /// <summary>What the scheduler told the edge, in order.</summary>
    public ConcurrentQueue<AppTargets> Told { get; } = new();

    public ConcurrentQueue<Instance> Changes { get; } = new();

    public ConcurrentQueue<string> Output { get; } = new();

    public ImmutableArray<Instance> Instances => Scheduler.InstancesOf(App);

    public string LogFolder => Scratch["logs/hello"];

    public async ValueTask DisposeAsync()
    {
        try
        {
            await Scheduler.StopAllAsync(CancellationToken.None);
        }
        catch (ObjectDisposedException)
        {
            // A test that failed after ending its daemon: the next daemon cleans up.
            await ReopenAsync();
            await Scheduler.AdoptAsync(Adoption.Of(), CancellationToken.None);
        }

        await Scheduler.DisposeAsync();
        Scratch.Dispose();
    }

    /// <summary>Writes an executable into the release folder.</summary>
    public void Write(string name, string script)
    {
        AtomicFile.Write(Scratch[name], script, AtomicFile.PublicRead | UnixFileMode.UserExecute | UnixFileMode.OtherExecute);
    }

    /// <summary>A plan for this Procfile, with limits that suit a test.</summary>
    public ProcessPlan Plan(string procfile, string release = "r1", params (string Type, int Count)[] formation) => new()
    {
        App = App,
        ReleaseId = release,
        Artifact = Scratch.Path,
        Processes = Procfile.Parse(procfile, "Procfile"),
        Formation = formation.ToImmutableSortedDictionary(pair => ProcessType.Parse(pair.Type), pair => pair.Count),
        Environment = ImmutableDictionary<string, string>.Empty.Add("RELEASE", release),
        StopTimeout = TimeSpan.FromSeconds(5),
        Health = new HealthSettings { Uptime = TimeSpan.FromMilliseconds(50), Deadline = TimeSpan.FromSeconds(30) },
    };

    /// <summary>What was deployed last; before, a plan for a server.</summary>
    public ProcessPlan Last { get; private set; }

    public Task<Deployment> DeployAsync(ProcessPlan plan, Cutover? cutover = null)
    {
        Last = plan;
        return Scheduler.DeployAsync(plan, cutover ?? Cutover.None, new Lines(Output), CancellationToken.None);
    }

    /// <summary>Changes the counts of some types; others keep theirs.</summary>
    public async Task<Deployment> ScaleAsync(params (string Type, int Count)[] formation)
    {
        var wanted = Last with { Formation = Last.Formation.SetItems(formation.Select(pair => KeyValuePair.Create(ProcessType.Parse(pair.Type), pair.Count))) };
        var scaled = await Scheduler.ScaleAsync(wanted, Cutover.None, new Lines(Output), CancellationToken.None);
        Last = wanted;
        return scaled;
    }

    public Task<Deployment> DeployAsync(string procfile, params (string Type, int Count)[] formation) =>
        DeployAsync(Plan(procfile, formation: formation));

    public async Task<Problem> FailToDeployAsync(ProcessPlan plan) =>
        (await Assert.ThrowsAsync<ProblemException>(() => DeployAsync(plan))).Problem;

    /// <summary>Ends the daemon, as an upgrade does, and opens the next one.</summary>
    public async Task ReopenAsync()
    {
        await Scheduler.DisposeAsync();
        Scheduler = Open();
    }

    /// <summary>Waits for a change of an instance after which the condition holds.</summary>
    public async Task<Instance> UntilAsync(Func<Instance, bool> condition)
    {
        var found = new TaskCompletionSource<Instance>(TaskCreationOptions.RunContinuationsAsynchronously);
        void Look(Instance instance)
        {
            if (condition(instance))
            {
                found.TrySetResult(instance);
            }
        }

        Scheduler.InstanceChanged += Look;
        foreach (var instance in Instances)
        {
            Look(instance);
        }

        return await found.Task.WaitAsync(TimeSpan.FromSeconds(20));
    }

    public static async Task<string> AskAsync(IPEndPoint address)
    {
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(address);
        using var reader = new StreamReader(new NetworkStream(socket));
        return await reader.ReadToEndAsync();
    }

    /// <summary>The output so far of the instance in service.</summary>
    public string Log(string name = "web.1") =>
        string.Concat(Directory.GetFiles(LogFolder, $"{name}.*.log").Where(f => !f.Contains("previous", StringComparison.Ordinal)).Select(TextOf));

    /// <summary>Waits until the output of the instance in service is exactly this.</summary>
    public async Task LogAsync(string name, string expected)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (Log(name) != expected)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, patience.Token);
        }
    }

    /// <summary>Waits until the output of the instance in service ends so.</summary>
    public async Task LogEndsAsync(string name, string expected)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!Log(name).EndsWith(expected, StringComparison.Ordinal))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, patience.Token);
        }
    }

    /// <summary>Waits until a file in the release folder has content; the programs of tests tell what they see this way.</summary>
    public async Task<string> FileAsync(string name)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!File.Exists(Scratch[name]) || new FileInfo(Scratch[name]).Length == 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, patience.Token);
        }

        return await File.ReadAllTextAsync(Scratch[name]);
    }

    private static string TextOf(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (FileNotFoundException)
        {
            // It was put aside meanwhile.
            return "";
        }
    }

    public static bool IsAlive(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            return stat[stat.LastIndexOf(')') + 2] is not ('Z' or 'X');
        }
        catch (IOException)
        {
            return false;
        }
    }

    private EmbeddedScheduler Open()
    {
        var scheduler = EmbeddedScheduler.Open(Options, Time, new Random());
        scheduler.TargetsChanged += Told.Enqueue;
        scheduler.InstanceChanged += Changes.Enqueue;
        return scheduler;
    }

    private sealed class Lines(ConcurrentQueue<string> queue) : IProgress<string>
    {
        public void Report(string value) => queue.Enqueue(value);
    }
}
