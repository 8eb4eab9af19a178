using System.Text;

namespace Berth.Control;

/// <summary>
/// A call as the client sends it. The kernel, not the client, says which user calls. Its bytes are its properties in order, texts and
/// lists behind their lengths: a serializer's tables would cost the client more than all else it does.
/// </summary>
internal sealed record CallRequest
{
    /// <summary>The words typed after the program's name.</summary>
    public required string[] Words { get; init; }

    /// <summary>The name the program was called by.</summary>
    public required string Program { get; init; }

    public required bool OutputIsTerminal { get; init; }

    public required bool ErrorIsTerminal { get; init; }

    public bool InputIsTerminal { get; init; }

    /// <summary>Who called, as the contract's SSH_USER; the kernel's word on the user decides what is permitted.</summary>
    public string SshUser { get; init; } = "";

    /// <summary>The SSH key's name, as the contract's SSH_NAME.</summary>
    public string SshName { get; init; } = "";

    /// <summary>True when a plugin's program calls. Only who has an account here can say so, not who comes over SSH.</summary>
    public bool WithinPlugin { get; init; }

    /// <summary>The tokens of operations that the caller is a part of; one that the daemon does not know means nothing.</summary>
    public string[] Operations { get; init; } = [];

    /// <summary>False when NO_COLOR is set or the terminal is dumb.</summary>
    public required bool Colour { get; init; }

    /// <summary>The folder of apps that the caller named in DOKKU_ROOT; empty when none was named.</summary>
    public string Home { get; init; } = "";

    public byte[] ToBytes()
    {
        using var bytes = new MemoryStream();
        using (var writer = new BinaryWriter(bytes, Encoding.UTF8))
        {
            Write(writer, Words);
            writer.Write(Program);
            writer.Write(OutputIsTerminal);
            writer.Write(ErrorIsTerminal);
            writer.Write(InputIsTerminal);
            writer.Write(SshUser);
            writer.Write(SshName);
            writer.Write(WithinPlugin);
            Write(writer, Operations);
            writer.Write(Colour);
            writer.Write(Home);
        }

        return bytes.ToArray();
    }

    /// <returns>The call, or null when the bytes are none.</returns>
    public static CallRequest? TryRead(byte[] bytes)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes), Encoding.UTF8);
        try
        {
            return new CallRequest
            {
                Words = ReadList(reader),
                Program = reader.ReadString(),
                OutputIsTerminal = reader.ReadBoolean(),
                ErrorIsTerminal = reader.ReadBoolean(),
                InputIsTerminal = reader.ReadBoolean(),
                SshUser = reader.ReadString(),
                SshName = reader.ReadString(),
                WithinPlugin = reader.ReadBoolean(),
                Operations = ReadList(reader),
                Colour = reader.ReadBoolean(),
                Home = reader.ReadString(),
            };
        }
        catch (Exception e) when (e is IOException or FormatException)
        {
            return null;
        }
    }

    private static void Write(BinaryWriter writer, string[] texts)
    {
        writer.Write(texts.Length);
        foreach (var text in texts)
        {
            writer.Write(text);
        }
    }

    private static string[] ReadList(BinaryReader reader)
    {
        var count = reader.ReadInt32();
        if (count < 0 || count > reader.BaseStream.Length)
        {
            throw new FormatException();
        }

        var texts = new string[count];
        for (var i = 0; i < count; i++)
        {
            texts[i] = reader.ReadString();
        }

        return texts;
    }
}
