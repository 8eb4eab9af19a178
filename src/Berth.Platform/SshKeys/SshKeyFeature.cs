using System.Text.Encodings.Web;
using System.Text.Json;
using Berth.Kernel;
using Berth.Platform.CommandLine;

namespace Berth.Platform.SshKeys;

/// <summary>The <c>ssh-keys:*</c> commands. They run in the caller's own process, so that a key file is read with the caller's rights.</summary>
public sealed class SshKeyFeature(AuthorizedKeysFile keys) : IFeature
{
    private const int InputLimit = 64 * 1024;

    private static readonly JsonWriterOptions AsTyped = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public string Name => "ssh-keys";

    public string Description => "Manage public ssh keys that are allowed to connect to Dokku";

    public IEnumerable<Command> Commands =>
    [
        new("ssh-keys:add", "<name> [/path/to/key]", "Add a new public key by pipe or path", AddAsync) { NeedsRoot = true },
        new("ssh-keys:list", "[--format text|json] [<name>]", "List of all authorized Dokku public ssh keys", ListAsync),
        new("ssh-keys:remove", "[--fingerprint fingerprint|<name>]", "Remove SSH public key by name", RemoveAsync) { NeedsRoot = true },
    ];

    private async Task<int> AddAsync(CommandCall call)
    {
        var words = call.Parse();
        var name = SshKeyName.Parse(words.At(0) is { Length: > 0 } given ? given : throw SshKeyProblems.NameMissing().AsException());
        var text = words.At(1) is { Length: > 0 } file and not "-" ? ReadFile(file) : await ReadInputAsync(call);
        var key = AuthorizedKey.Of(name, OnlyKeyIn(text));
        await keys.AddAsync(key, call.Cancel);
        call.Output.Line(key.Fingerprint);
        return 0;
    }

    private Task<int> ListAsync(CommandCall call)
    {
        var words = call.Parse([], ["--format"]);
        var format = words.Value("--format") ?? "text";
        if (format is not ("text" or "json"))
        {
            throw SshKeyProblems.InvalidFormat().AsException();
        }

        var all = keys.Read();
        if (all.Count == 0)
        {
            throw SshKeyProblems.None().AsException();
        }

        var shown = words.At(0) is { Length: > 0 } name ? [.. all.Where(key => key.Name == name)] : all;
        if (format == "json")
        {
            call.Output.Line(AsJson(shown));
            return Task.FromResult(0);
        }

        foreach (var key in shown)
        {
            call.Output.Line($"{key.Fingerprint} NAME=\"{Printable.Of(key.Name)}\" SSHCOMMAND_ALLOWED_KEYS=\"{Printable.Of(key.ShownOptions)}\"");
        }

        return Task.FromResult(0);
    }

    private async Task<int> RemoveAsync(CommandCall call)
    {
        var words = call.Parse([], ["--fingerprint"]);
        var fingerprint = words.Value("--fingerprint");
        var name = words.At(0);
        if (string.IsNullOrEmpty(fingerprint) && string.IsNullOrEmpty(name))
        {
            throw SshKeyProblems.NameToRemoveMissing().AsException();
        }

        if (keys.Read().Count == 0)
        {
            throw SshKeyProblems.None().AsException();
        }

        var gone = await keys.RemoveAsync(key => fingerprint is null ? key.Name == name : key.Fingerprint == fingerprint, call.Cancel);
        if (gone == 0)
        {
            // Scripts take a key away to be sure that it is gone: that it never was is told, not a failure.
            call.Output.Warn(fingerprint is null ? $"No key is named {Printable.Of(name!)}" : $"No key has the fingerprint {Printable.Of(fingerprint)}");
        }

        return 0;
    }

    private static SshPublicKey OnlyKeyIn(string text)
    {
        var lines = text.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0).ToArray();
        return lines switch
        {
            [] => throw SshKeyProblems.Empty().AsException(),
            [var line] => SshPublicKey.TryParse(line) ?? throw SshKeyProblems.Invalid().AsException(),
            _ when lines.Any(line => SshPublicKey.TryParse(line) is null) => throw SshKeyProblems.Invalid().AsException(),
            _ => throw SshKeyProblems.TooMany().AsException(),
        };
    }

    private static string ReadFile(string path)
    {
        try
        {
            return PlainFile.Read(path, InputLimit) ?? throw SshKeyProblems.FileUnreadable(path, "there is no such file").AsException();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw SshKeyProblems.FileUnreadable(path, e.Message).AsException(e);
        }
    }

    private static async Task<string> ReadInputAsync(CommandCall call)
    {
        if (call.Caller.InputIsTerminal)
        {
            throw SshKeyProblems.NotGiven().AsException();
        }

        using var reader = new StreamReader(call.OpenInput());
        var text = new char[InputLimit];
        var length = await reader.ReadBlockAsync(text, call.Cancel);
        return length < text.Length ? new string(text, 0, length) : throw SshKeyProblems.TooMany().AsException();
    }

    private static string AsJson(IEnumerable<AuthorizedKey> shown)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, AsTyped))
        {
            writer.WriteStartArray();
            foreach (var key in shown)
            {
                writer.WriteStartObject();
                writer.WriteString("fingerprint", key.Fingerprint);
                writer.WriteString("name", key.Name);
                writer.WriteString("SSHCOMMAND_ALLOWED_KEYS", key.ShownOptions);
                writer.WriteString("public-key", key.Key);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        return System.Text.Encoding.UTF8.GetString(buffer.ToArray());
    }
}
