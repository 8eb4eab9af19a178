using System.Globalization;
using System.Text;
using Berth.Kernel;

namespace Berth.Platform.Builds;

/// <summary>
/// Passes a tar stream through and ends it at a header that asks for more memory than names and attributes need: extended headers are
/// read whole by whoever reads the archive, and their size is the sender's word.
/// </summary>
internal sealed class BoundedTar(Stream archive) : ForwardStream
{
    private const int Block = 512;
    private const long MetadataLimit = 1 << 20;
    private readonly byte[] _header = new byte[Block];
    private int _headerFilled;
    private long _dataLeft;
    private bool _headerSeen;

    /// <summary>True when not a byte came.</summary>
    public bool IsEmpty => !_headerSeen && _headerFilled == 0;

    /// <summary>True when it is compressed: its reading ends at once.</summary>
    public bool IsGzip => !_headerSeen && _headerFilled > 1 && _header is [0x1f, 0x8b, ..];

    public override bool CanRead => true;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await archive.ReadAsync(buffer, cancellationToken);
        Follow(buffer.Span[..read]);
        return read;
    }

    public override int Read(Span<byte> buffer)
    {
        var read = archive.Read(buffer);
        Follow(buffer[..read]);
        return read;
    }

    private void Follow(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (_dataLeft > 0)
            {
                var passed = (int)Math.Min(_dataLeft, bytes.Length);
                _dataLeft -= passed;
                bytes = bytes[passed..];
                continue;
            }

            var taken = Math.Min(Block - _headerFilled, bytes.Length);
            bytes[..taken].CopyTo(_header.AsSpan(_headerFilled));
            _headerFilled += taken;
            bytes = bytes[taken..];
            if (IsGzip)
            {
                throw new InvalidDataException("it is compressed with gzip");
            }

            if (_headerFilled == Block)
            {
                _headerSeen = true;
                _headerFilled = 0;
                Judge();
            }
        }
    }

    private void Judge()
    {
        var size = SizeOf(_header.AsSpan(124, 12));
        var type = (char)_header[156];
        if (type is 'x' or 'g' or 'L' or 'K' && size > MetadataLimit)
        {
            throw BuildProblems.RefusedEntry("an extended header", $"it announces {ByteSize.Of(size)} of names and attributes").AsException();
        }

        // A link's or folder's header may announce a size that no data follows; the reader refuses what does not fit.
        var carriesData = type is not ('1' or '2' or '3' or '4' or '5' or '6');
        _dataLeft = carriesData ? (size + Block - 1) / Block * Block : 0;
    }

    private static long SizeOf(ReadOnlySpan<byte> field)
    {
        // Sizes beyond eight octal digits come as base 256 with the top bit set (GNU).
        if ((field[0] & 0x80) != 0)
        {
            var size = 0L;
            foreach (var part in field[4..])
            {
                size = (size << 8) | part;
            }

            return size < 0 ? long.MaxValue / 2 : size & (long.MaxValue / 2);
        }

        var value = 0L;
        foreach (var c in Encoding.ASCII.GetString(field).Trim('\0', ' '))
        {
            if (c is < '0' or > '7')
            {
                throw BuildProblems.DamagedArchive(string.Create(CultureInfo.InvariantCulture, $"a size holds '{(int)c}'")).AsException();
            }

            value = (value << 3) | (uint)(c - '0');
        }

        return value;
    }
}
