using System.Security.Cryptography;
using System.Text.Json;
using Berth.Acme.Protocol;
using Berth.Acme.Transport;

namespace Berth.Acme.Issuing;

/// <summary>Sends the signing request of an order that is ready (RFC 8555 §7.4).</summary>
internal sealed class Finalizing(AcmeClient client, OrderWaiting waiting)
{
    private const int Attempts = 3;

    /// <returns>The order as the server left it.</returns>
    internal async Task<Order> SendAsync(Order order, PendingOrder pending, AsymmetricAlgorithm key, CancellationToken cancel)
    {
        var request = new FinalizeRequest { Csr = StrictBase64Url.Encode(SigningRequest.Create(key, pending.Names)) };
        var body = JsonSerializer.SerializeToUtf8Bytes(request, AcmeJson.Default.FinalizeRequest);
        for (var attempt = 1; order.Status == AcmeStatus.Ready; attempt++)
        {
            try
            {
                var response = await client.Account.PostAsync(order.Finalize, body, cancel);
                client.Reached(AcmeFailPoints.FinalizeSent);
                return response.Read(AcmeJson.Default.Order);
            }
            catch (AcmeRefusalException e) when (!e.IsTransient)
            {
                // After a restart the request may have arrived before, and another of the CA's machines may lag behind.
                var read = (await client.Account.PostAsync(pending.OrderUrl!, default, cancel)).Read(AcmeJson.Default.Order);
                if (read.Status is AcmeStatus.Processing or AcmeStatus.Valid)
                {
                    return read;
                }

                if (e.Type != AcmeError.OrderNotReady || attempt == Attempts)
                {
                    throw;
                }
            }

            order = await waiting.UntilDecidedAsync(Polling.Soon, pending.OrderUrl!, cancel);
        }

        return order;
    }
}
