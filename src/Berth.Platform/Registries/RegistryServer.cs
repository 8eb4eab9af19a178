using System.Text.RegularExpressions;
using Berth.Kernel;

namespace Berth.Platform.Registries;

/// <summary>The address of an image registry, as <c>docker login</c> takes it.</summary>
public sealed partial record RegistryServer
{
    private const string Hub = "docker.io";
    private const string HubKey = "https://index.docker.io/v1/";

    private RegistryServer(string text) => Text = text;

    public string Text { get; }

    /// <summary>What its credentials are filed under in Docker's configuration.</summary>
    public string Key => Text == Hub ? HubKey : Text;

    public override string ToString() => Text;

    /// <exception cref="ProblemException"><see cref="RegistryProblems.ServerInvalid"/>.</exception>
    public static RegistryServer Parse(string text)
    {
        var host = text;
        foreach (var scheme in new[] { "https://", "http://" })
        {
            host = host.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) ? host[scheme.Length..] : host;
        }

        host = host.Split('/')[0];
        return host switch
        {
            "hub.docker.com" or "docker.com" or "index.docker.io" or Hub => new RegistryServer(Hub),
            { Length: > 0 and <= 260 } when Host().IsMatch(host) => new RegistryServer(host),
            _ => throw RegistryProblems.BadServer(text).AsException(),
        };
    }

    [GeneratedRegex(@"^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?(:[0-9]{1,5})?\z", RegexOptions.NonBacktracking)]
    private static partial Regex Host();
}
