namespace Berth.Authority.Front;

/// <summary>One line of the table of resources that are POSTed to.</summary>
/// <param name="Signer">What the request must be signed with.</param>
/// <param name="Handle">Answers a request whose signature is checked.</param>
internal sealed record Route(Signer Signer, Func<AcmeRequest, CancellationToken, Task<Reply>> Handle);
