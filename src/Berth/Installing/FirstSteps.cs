using Berth.Kernel;
using Berth.Platform.CommandLine;
using Berth.Platform.Config;
using Berth.Platform.Domains;
using Berth.Platform.SshKeys;
using Berth.Storage;

namespace Berth.Installing;

/// <summary>What a new server's owner does first, as options of the installation: a domain, a key.</summary>
internal static class FirstSteps
{
    public static async Task ApplyAsync(InstallOptions options, Machine machine, CommandOutput output)
    {
        var store = new FileStateStore(new StateRoots(machine.At(Places.Home), machine.At(Places.Lib)), TimeProvider.System);
        if (options.Domain is { } domain)
        {
            var name = DomainName.Parse(domain).Text;
            var domains = new DomainStore(store, new ConfigStore(store, TimeProvider.System), TimeProvider.System);
            if (!domains.Read(null).Lines.Select(line => line.Text).SequenceEqual([name]))
            {
                output.Step($"Set the server's domain to {name}");
                await domains.ChangeAsync(null, _ => [name], CancellationToken.None);
            }
        }

        if (options.Key is { } file && machine.IsLive)
        {
            await AddKeyAsync(file, new AuthorizedKeysFile(store), output);
        }
    }

    private static async Task AddKeyAsync(string file, AuthorizedKeysFile keys, CommandOutput output)
    {
        var key = SshPublicKey.TryParse((PlainFile.Read(file, 64 * 1024) ?? "").Trim()) ?? throw SshKeyProblems.Invalid().AsException();
        if (keys.Read().All(other => other.Fingerprint != key.Fingerprint))
        {
            output.Step($"Let the key {key.Fingerprint} in, as admin");
            await keys.AddAsync(AuthorizedKey.Of(SshKeyName.Parse("admin"), key), CancellationToken.None);
        }
    }
}
