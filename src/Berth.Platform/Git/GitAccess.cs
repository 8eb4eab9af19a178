using Berth.Kernel;
using Berth.Platform.CommandLine;
using Berth.Storage;

namespace Berth.Platform.Git;

/// <summary>The commands that let this server fetch from others: host keys, passwords, the deploy key.</summary>
public sealed class GitAccess(IStateStore store)
{
    private const int LongestPassword = 16 * 1024;

    private static readonly string[] KeyFiles = ["id_ed25519", "id_rsa"];

    private static readonly Dictionary<string, string> NoVariables = [];

    private string Home => store.FileOf(StatePath.Home());

    private static StatePath PasswordFile { get; } = StatePath.Home(".netrc");

    private static StatePath KnownHosts { get; } = StatePath.Home(".ssh", "known_hosts");

    public async Task<int> AllowHostAsync(CommandCall call)
    {
        var host = HostOf(call.Parse().At(0));
        var (status, keys, reason) = await GitProgram.RunAsync("ssh-keyscan", ["-T", "10", host], Home, NoVariables, null, call.Cancel);
        string[] lines = [.. keys.Split('\n').Where(line => line.Length > 0 && line[0] != '#')];
        if (status != 0 || lines.Length == 0)
        {
            throw GitProblems.Unreachable(host, reason.Trim() is { Length: > 0 } said ? said : "it did not answer").AsException();
        }

        using var held = await store.LockAsync("--git", call.Cancel);
        var known = store.Read(KnownHosts) ?? "";
        var added = string.Concat(lines.Except(known.Split('\n')).Select(line => line + "\n"));
        MakeSshFolder();
        store.Write(KnownHosts, known + (known.Length > 0 && !known.EndsWith('\n') ? "\n" : "") + added);
        call.Output.Step($"{host} added to known hosts");
        return 0;
    }

    public async Task<int> AuthAsync(CommandCall call)
    {
        var (host, user, password) = await CredentialsAsync(call);
        using var held = await store.LockAsync("--git", call.Cancel);
        var before = store.Read(PasswordFile) ?? "";
        if (user.Length == 0)
        {
            call.Output.Step($"Removing netrc auth entry for host {host}");
            store.Write(PasswordFile, Netrc.Remove(before, host));
            return 0;
        }

        if (!Netrc.CanHold(user) || !Netrc.CanHold(password))
        {
            throw GitProblems.BadCredential().AsException();
        }

        call.Output.Step($"Setting netrc auth entry for host {host}");
        store.Write(PasswordFile, Netrc.Set(before, host, user, password));
        return 0;
    }

    /// <returns>0: as asked; 1: there is none; 2: there is another one.</returns>
    public async Task<int> AuthStatusAsync(CommandCall call)
    {
        var (host, user, password) = await CredentialsAsync(call);
        return (Netrc.Find(store.Read(PasswordFile) ?? "", host), user) switch
        {
            (null, "") => 0,
            (null, _) => 1,
            ({ } found, _) when found == (user, password) => 0,
            _ => 2,
        };
    }

    public async Task<int> GenerateKeyAsync(CommandCall call)
    {
        call.Parse();
        using var held = await store.LockAsync("--git", call.Cancel);
        if (KeyFiles.Select(name => StatePath.Home(".ssh", name)).FirstOrDefault(store.Exists) is { } existing)
        {
            throw GitProblems.KeyExists(store.FileOf(existing)).AsException();
        }

        MakeSshFolder();
        var file = store.FileOf(StatePath.Home(".ssh", KeyFiles[0]));
        var (status, _, reason) = await GitProgram.RunAsync(
            "ssh-keygen", ["-t", "ed25519", "-N", "", "-C", "dokku", "-f", file], Home, NoVariables, call.Output, call.Cancel);
        if (status != 0)
        {
            throw GitProblems.Failed("ssh-keygen", reason.Trim()).AsException();
        }

        return 0;
    }

    public Task<int> PublicKeyAsync(CommandCall call)
    {
        call.Parse();
        var key = KeyFiles.Select(name => store.Read(StatePath.Home(".ssh", $"{name}.pub"))).FirstOrDefault(text => text is not null)
            ?? throw GitProblems.NoDeployKey().AsException();
        call.Output.Line(key.TrimEnd('\n'));
        return Task.FromResult(0);
    }

    private static async Task<(string Host, string User, string Password)> CredentialsAsync(CommandCall call)
    {
        var words = call.Parse(["--password-stdin"]);
        var (host, user) = (HostOf(words.At(0)), words.At(1) ?? "");
        var password = words.Has("--password-stdin") && user.Length > 0 ? await PasswordAsync(call) : words.At(2) ?? "";
        return user.Length > 0 && password.Length == 0 ? throw GitProblems.NoPassword().AsException() : (host, user, password);
    }

    private static async Task<string> PasswordAsync(CommandCall call)
    {
        using var reader = new StreamReader(call.OpenInput());
        var buffer = new char[LongestPassword];
        var length = await reader.ReadBlockAsync(buffer, call.Cancel);
        return length < buffer.Length ? new string(buffer, 0, length).Trim() : throw GitProblems.BadCredential().AsException();
    }

    private static string HostOf(string? word)
    {
        if (string.IsNullOrEmpty(word))
        {
            throw GitProblems.NoHost().AsException();
        }

        return word.Length <= 253 && char.IsAsciiLetterOrDigit(word[0]) && word.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or ':')
            ? word
            : throw GitProblems.BadHost(word).AsException();
    }

    private void MakeSshFolder() => PrivateFolder.Ensure(store.FileOf(StatePath.Home(".ssh")));
}
