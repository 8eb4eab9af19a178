using System.Collections.Immutable;
using Berth.Acme.Protocol;
using Berth.Authority.Policy;
using Berth.Authority.Signing;
using Berth.Authority.Storage;

namespace Berth.Authority.Front;

/// <summary>Orders and their end (RFC 8555 §7.4).</summary>
internal sealed class OrderResource(
    IAuthorityStore store, OrderFactory factory, ProfilePolicy profiles, IssuanceWork issuance, TimeProvider time)
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);

    internal async Task<Reply> CreateAsync(AcmeRequest request, CancellationToken cancel)
    {
        var wanted = request.Read(AcmeJson.Default.NewOrderRequest);
        var order = await factory.CreateAsync(request.Account, wanted, cancel);
        return Show(order, request) with { Status = 201 };
    }

    internal async Task<Reply> ReadAsync(AcmeRequest request, CancellationToken cancel)
    {
        request.RequirePostAsGet();
        return Show(await FindAsync(request, cancel), request);
    }

    internal async Task<Reply> FinalizeAsync(AcmeRequest request, CancellationToken cancel)
    {
        var order = await FindAsync(request, cancel);
        var wanted = request.Read(AcmeJson.Default.FinalizeRequest);
        if (order.StatusAt(time.GetUtcNow()) is var status && status != OrderStatus.Ready)
        {
            throw Reject.OrderNotReady($"The order is {status.ToString().ToLowerInvariant()}, not ready.");
        }

        if (!StrictBase64Url.TryDecode(wanted.Csr, out var csr))
        {
            throw Reject.Malformed("The CSR is DER in base64url without padding.");
        }

        var signing = SigningRequestPolicy.Read(csr);
        await CheckAsync(signing, order, request, cancel);
        return Show(await issuance.StartAsync(order, csr, signing, cancel) ?? await FindAsync(request, cancel), request);
    }

    private async Task CheckAsync(SigningRequest csr, OrderRecord order, AcmeRequest request, CancellationToken cancel)
    {
        if (!csr.Names.AsSpan().SequenceEqual(order.Names.AsSpan()))
        {
            throw Reject.BadCsr(
                $"The CSR names {Few(csr.Names)}, the order {Few(order.Names)}; both must name the same.");
        }

        if (csr.Key.Oid.Value == PublicKeyPolicy.RsaEncryption && !profiles.OfStored(order.Profile).AllowRsa)
        {
            throw Reject.BadCsr($"The profile '{order.Profile}' takes EC keys only: make one on P-256 or P-384.");
        }

        // §11.1: whoever gets one of the keys must not get the other with it.
        if (csr.KeyInfo.AsSpan().SequenceEqual(request.Key.ExportSubjectPublicKeyInfo()))
        {
            throw Reject.BadCsr("The CSR holds the account's key; a certificate needs one of its own.");
        }

        if (await store.IsCompromisedAsync(csr.KeyHash, cancel))
        {
            throw Reject.BadCsr("A certificate with this key was revoked because the key is compromised; make a new key.");
        }
    }

    private async Task<OrderRecord> FindAsync(AcmeRequest request, CancellationToken cancel)
    {
        var order = await store.FindOrderAsync(request.Id, cancel) ?? throw Reject.NotFound("There is no such order.");
        return order.AccountId == request.Account.Id
            ? order
            : throw Reject.Unauthorized("The order belongs to another account.");
    }

    private Reply Show(OrderRecord order, AcmeRequest request) =>
        Reply.Json(Documents.Order(order, request.Urls, time.GetUtcNow()), AcmeJson.Default.Order) with
        {
            Location = request.Urls.Order(order.Id),
            RetryAfter = order.Status == OrderStatus.Processing ? Poll : null,
        };

    private static string Few(ImmutableArray<string> names) => names.Length switch
    {
        0 => "nothing",
        <= 3 => string.Join(", ", names),
        _ => $"{string.Join(", ", names.Take(3))} and {names.Length - 3} more",
    };
}
