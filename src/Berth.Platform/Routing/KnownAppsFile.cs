using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Berth.Kernel;

namespace Berth.Platform.Routing;

/// <summary>
/// The form <see cref="KnownApps"/> are kept in: a line that names it, an entry for each app, SHA-256 of all that. What is cut off, damaged or of
/// another version is as good as nothing.
/// </summary>
internal static class KnownAppsFile
{
    /// <summary>More bytes than a million apps have.</summary>
    public const long Longest = 1L << 28;

    private const byte Catches = 1;
    private const byte Variables = 2;
    private const byte Containers = 4;
    private const byte Pair = 8;
    private const byte Acme = 16;

    public static ReadOnlyMemory<byte> Write(IReadOnlyCollection<KeyValuePair<AppName, AppFacts>> apps)
    {
        const int usual = 96;
        using var bytes = new MemoryStream(Head.Length + ((apps.Count + 1) * usual));
        bytes.Write(Head);
        using (var writer = new BinaryWriter(bytes, Encoding.ASCII, leaveOpen: true))
        {
            writer.Write(apps.Count);
            foreach (var (app, facts) in apps)
            {
                Write(writer, app, facts);
            }
        }

        bytes.Write(SHA256.HashData(bytes.GetBuffer().AsSpan(0, (int)bytes.Length)));
        return bytes.GetBuffer().AsMemory(0, (int)bytes.Length);
    }

    /// <param name="bytes">The file; nothing in it is believed before it is looked at.</param>
    /// <param name="apps">Those there are: what is told of others is left out.</param>
    public static Dictionary<AppName, AppFacts> Read(ReadOnlySpan<byte> bytes, IReadOnlyList<AppName> apps)
    {
        var length = bytes.Length - SHA256.HashSizeInBytes;
        if (length < Head.Length || !bytes.StartsWith(Head) || !bytes[length..].SequenceEqual(SHA256.HashData(bytes[..length])))
        {
            return [];
        }

        try
        {
            return ReadAll(new Reader(bytes[Head.Length..length]), apps);
        }
        catch (Exception e) when (e is InvalidDataException or ArgumentOutOfRangeException)
        {
            return [];
        }
    }

    private static ReadOnlySpan<byte> Head => "berth known apps 1\n"u8;

    private static void Write(BinaryWriter writer, AppName app, AppFacts facts)
    {
        writer.Write((byte)app.Text.Length);
        writer.Write(Encoding.ASCII.GetBytes(app.Text));
        writer.Write((byte)((facts.CatchesAll ? Catches : 0) | (facts.HasVariables ? Variables : 0) | (facts.HasContainers ? Containers : 0)
            | (facts.HasPair ? Pair : 0) | (facts.IsFromAcme ? Acme : 0)));
        writer.Write(facts.Certificate);
        writer.Write(facts.Next?.UtcTicks ?? 0);
        writer.Write(facts.Look.Routes);
        writer.Write(facts.Look.Renewal);
        writer.Write(facts.Names.Length);
        foreach (var name in facts.Names)
        {
            writer.Write(!facts.Uncovered.Contains(name));
            writer.Write((byte)name.Text.Length);
            writer.Write(Encoding.ASCII.GetBytes(name.Text));
        }
    }

    private static Dictionary<AppName, AppFacts> ReadAll(Reader reader, IReadOnlyList<AppName> apps)
    {
        var known = new Dictionary<AppName, AppFacts>(apps.Count);
        var there = apps.ToDictionary(app => app.Text, StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
        for (var left = reader.Count(); left > 0; left--)
        {
            var isThere = there.TryGetValue(reader.Text(), out var app);
            var facts = Facts(ref reader);
            if (isThere)
            {
                known[app!] = facts;
            }
        }

        return known;
    }

    private static AppFacts Facts(ref Reader reader)
    {
        var flags = reader.Byte();
        var (certificate, next) = (reader.Wide(), (long)reader.Wide());
        var look = new AppLook(reader.Wide(), reader.Wide());
        var (names, uncovered) = Names(ref reader);
        return new AppFacts
        {
            Names = names,
            Uncovered = uncovered,
            CatchesAll = (flags & Catches) != 0,
            HasVariables = (flags & Variables) != 0,
            HasContainers = (flags & Containers) != 0,
            HasPair = (flags & Pair) != 0,
            IsFromAcme = (flags & Acme) != 0,
            Certificate = certificate,
            Next = next == 0 ? null : new DateTimeOffset(next, TimeSpan.Zero),
            Look = look,
        };
    }

    private static (ImmutableArray<DomainName> Names, ImmutableArray<DomainName> Uncovered) Names(ref Reader reader)
    {
        var names = new DomainName[reader.Count()];
        ImmutableArray<DomainName> uncovered = [];
        foreach (ref var name in names.AsSpan())
        {
            var isCovered = reader.Byte() == 1;
            name = DomainName.TryParseHost(new string(reader.Text()), out var parsed, out _) ? parsed : throw new InvalidDataException();
            uncovered = isCovered ? uncovered : uncovered.Add(name);
        }

        return (ImmutableCollectionsMarshal.AsImmutableArray(names), uncovered);
    }

    /// <summary>Throws past the end.</summary>
    private ref struct Reader(ReadOnlySpan<byte> bytes)
    {
        private readonly char[] _text = new char[byte.MaxValue];
        private ReadOnlySpan<byte> _left = bytes;

        public byte Byte() => Take(1)[0];

        /// <summary>Of things that have a byte each at least, so that no number makes room for more than the file can hold.</summary>
        public int Count() => BinaryPrimitives.ReadInt32LittleEndian(Take(sizeof(int))) is >= 0 and var count && count <= _left.Length
            ? count
            : throw new InvalidDataException();

        public ulong Wide() => BinaryPrimitives.ReadUInt64LittleEndian(Take(sizeof(ulong)));

        public ReadOnlySpan<char> Text() => _text.AsSpan(0, Encoding.ASCII.GetChars(Take(Byte()), _text));

        private ReadOnlySpan<byte> Take(int count)
        {
            var taken = _left[..count];
            _left = _left[count..];
            return taken;
        }
    }
}
