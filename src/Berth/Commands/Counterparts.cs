using System.Collections.Frozen;
using Berth.Kernel;

namespace Berth.Commands;

/// <summary>
/// What to use instead of commands of Dokku that Berth has not: they act on containers and images, or on servers Berth replaces. A
/// command that is built leaves this table by being found first.
/// </summary>
internal static class Counterparts
{
    private const string Containers = "it acts on containers and images, and apps run here as plain processes";
    private const string Proxies = "Berth's own edge takes the requests, and there is no other proxy to manage";
    private const string DeployFolder = "Send the app's code: `berth deploy <app> <folder>`, or `git archive HEAD | berth deploy <app>`.";
    private const string SetProperties = "`berth help` shows what can be set; requests need no settings of a proxy.";

    /// <summary>By command, or by feature where all of its commands have the same answer.</summary>
    private static readonly FrozenDictionary<string, (string Why, string Instead)> Answers = new Dictionary<string, (string, string)>(StringComparer.Ordinal)
    {
        ["enter"] = (Containers, "Look at the app's files below data/releases, and at what it prints: `berth logs <app> -t`."),
        ["run"] = (Containers, "Put the command into the Procfile as a process of its own, then `berth ps:scale <app> <process>=1`."),
        ["git:from-image"] = (Containers, DeployFolder),
        ["git:load-image"] = (Containers, DeployFolder),
        ["git:from-archive"] = ("it is not there yet", DeployFolder),
        ["git:sync"] = ("it is not there yet", DeployFolder),
        ["scheduler-k3s"] = ("Berth runs no Kubernetes", "`berth ps:scale <app> <process>=<count>` runs more of an app on this machine."),
        ["caddy"] = (Proxies, SetProperties),
        ["haproxy"] = (Proxies, SetProperties),
        ["openresty"] = (Proxies, SetProperties),
        ["traefik"] = (Proxies, SetProperties),
        ["tags"] = (Containers, "`berth apps:report <app>` shows what is deployed."),
        ["tar"] = (Containers, DeployFolder),
        ["shell"] = ("the shell of this machine does it", "Write `berth` in front of each command; completion helps."),
        ["ps:inspect"] = (Containers, "`berth ps:report <app>` shows the app's processes."),
    }.ToFrozenDictionary();

    /// <returns>The answer for a command nobody runs, or null when Dokku has no such command either.</returns>
    public static Problem? Of(string command) =>
        Answers.TryGetValue(command, out var answer) || Answers.TryGetValue(command.Split(':')[0], out answer)
            ? ProgramProblems.HasCounterpart(command, answer.Why, answer.Instead)
            : null;
}
