using Microsoft.AspNetCore.Http;

namespace Berth.Authority.Front;

/// <summary>Reads a request body up to a limit, whatever its length header says.</summary>
internal static class BodyReader
{
    internal static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpRequest request, int limit, CancellationToken cancel)
    {
        if (request.ContentLength > limit)
        {
            throw TooLong(limit);
        }

        // One byte more than announced: reading nothing into it shows the end.
        var buffer = new byte[(int)(request.ContentLength ?? 4095) + 1];
        var read = 0;
        while (await request.Body.ReadAsync(buffer.AsMemory(read), cancel) is var more && more > 0)
        {
            read += more;
            if (read > limit)
            {
                throw TooLong(limit);
            }

            if (read == buffer.Length)
            {
                Array.Resize(ref buffer, Math.Min(2 * read, limit + 1));
            }
        }

        return buffer.AsMemory(0, read);
    }

    private static Rejection TooLong(int limit) => Reject.Malformed($"A request body has at most {limit} bytes.", 413);
}
