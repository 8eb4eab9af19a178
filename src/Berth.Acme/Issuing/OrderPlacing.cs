using System.Text.Json;
using Berth.Acme.Protocol;
using Berth.Acme.Transport;

namespace Berth.Acme.Issuing;

/// <summary>Places a new order (RFC 8555 §7.4).</summary>
internal sealed class OrderPlacing(
    AcmeClient client, IOrderJournal journal, IssuanceRequest request, IProgress<IssuanceStep>? progress)
{
    /// <summary>The key is in the journal before the order exists, the order's URL before anything follows.</summary>
    /// <param name="prepared">A journal entry with a key and no order, to be used.</param>
    /// <param name="cancel">Ends it; an order made meanwhile may be lost.</param>
    internal async Task<OpenOrder> PlaceAsync(PendingOrder? prepared, CancellationToken cancel)
    {
        var directory = await client.Connection.GetDirectoryAsync(cancel);
        if (request.Profile is { } wanted && directory.Meta?.Profiles is { } offered && !offered.ContainsKey(wanted))
        {
            throw AcmeProblems.NoSuchProfile(client.Options.Host, wanted, offered.Keys).AsException();
        }

        var pending = prepared ?? await PrepareAsync(cancel);
        var response = await SendAsync(directory.NewOrder, cancel);
        var url = response.Location ?? throw AcmeProblems.BadResponse(response.Url, "names no order URL").AsException();
        client.Reached(AcmeFailPoints.OrderCreated);

        // The body is read after its URL is safe: whatever it holds, this order is ours to finish.
        pending = pending with
        {
            AccountUrl = (await client.Account.OpenAsync(cancel)).AccountUrl!,
            OrderUrl = url,
            Stage = OrderStage.Ordered,
        };
        await journal.SaveAsync(pending, cancel);
        client.Reached(AcmeFailPoints.OrderSaved);
        progress?.Report(new IssuanceStep(IssuanceStepKind.OrderCreated, Detail: url));
        return new OpenOrder(pending, response.Read(AcmeJson.Default.Order));
    }

    private async Task<PendingOrder> PrepareAsync(CancellationToken cancel)
    {
        var account = (await client.Account.OpenAsync(cancel)).AccountUrl!;
        using var key = KeyPair.Generate(request.KeyType);
        var pending = new PendingOrder
        {
            DirectoryUrl = client.Options.DirectoryUrl.OriginalString,
            AccountUrl = account,
            Names = request.SortedNames(),
            KeyType = request.KeyType,
            Profile = request.Profile,
            PrivateKeyPem = key.ExportPkcs8PrivateKeyPem(),
            Stage = OrderStage.KeySaved,
        };
        await journal.SaveAsync(pending, cancel);
        client.Reached(AcmeFailPoints.KeySaved);
        return pending;
    }

    private async Task<AcmeResponse> SendAsync(string url, CancellationToken cancel)
    {
        var order = new NewOrderRequest
        {
            Identifiers = [.. request.SortedNames().Select(Identifier.Dns)],
            Profile = request.Profile,
            Replaces = request.Replaces,
        };
        try
        {
            return await client.Account.PostAsync(url, Body(order), cancel);
        }
        catch (AcmeRefusalException e) when (request.Replaces is not null && !e.IsTransient)
        {
            // Whatever the server dislikes, it may be the certificate we named (RFC 9773 §5): once more without.
            return await client.Account.PostAsync(url, Body(order with { Replaces = null }), cancel);
        }
    }

    private static byte[] Body(NewOrderRequest order) =>
        JsonSerializer.SerializeToUtf8Bytes(order, AcmeJson.Default.NewOrderRequest);
}
