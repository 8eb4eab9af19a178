namespace Berth.Authority.Front;

/// <summary>Makes nonces and takes each one once (RFC 8555 §6.5).</summary>
internal interface INonces
{
    string Next();

    /// <returns>True the first time, for a nonce made by this authority and not too long ago.</returns>
    ValueTask<bool> TryTakeAsync(string? nonce, CancellationToken cancel);
}
