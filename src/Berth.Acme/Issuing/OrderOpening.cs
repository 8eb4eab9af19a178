using System.Security.Cryptography;
using System.Text.Json;
using Berth.Acme.Protocol;
using Berth.Acme.Transport;

namespace Berth.Acme.Issuing;

/// <summary>Finds the order to work on: the journal's, while it is of use, or a new one.</summary>
internal sealed class OrderOpening(
    AcmeClient client, IOrderJournal journal, IssuanceRequest request, IProgress<IssuanceStep>? progress)
{
    private static readonly TimeSpan NotableSkew = TimeSpan.FromMinutes(5);

    // Of a run that ended between key and order.
    private PendingOrder? _prepared;

    /// <returns>Null when the journal has no order of use.</returns>
    internal async Task<OpenOrder?> ResumeAsync(CancellationToken cancel)
    {
        if (await journal.LoadAsync(cancel) is not { } pending)
        {
            return null;
        }

        var account = (await client.Account.OpenAsync(cancel)).AccountUrl!;
        if (!pending.Serves(request, client.Options.DirectoryUrl.OriginalString, account))
        {
            return await DropAsync("it is for other names, another key type or another account", cancel);
        }

        if (!IsKey(pending.PrivateKeyPem))
        {
            return await DropAsync("its private key cannot be read", cancel);
        }

        switch (pending)
        {
            case { OrderUrl: null }:
                _prepared = pending;
                return null;
            case { Stage: OrderStage.Downloaded, CertificatePem: not null, CertificateUrl: not null }:
                return Resumed(new OpenOrder(pending, null));
            default:
                return await AskAsync(pending, pending.OrderUrl, cancel);
        }
    }

    /// <summary>Places a new order. The key is in the journal before the order exists, the order's URL before anything follows.</summary>
    internal async Task<OpenOrder> StartAsync(CancellationToken cancel)
    {
        var directory = await client.Connection.GetDirectoryAsync(cancel);
        if (request.Profile is { } wanted && directory.Meta?.Profiles is { } offered && !offered.ContainsKey(wanted))
        {
            throw AcmeProblems.NoSuchProfile(client.Options.Host, wanted, offered.Keys).AsException();
        }

        var pending = await PrepareAsync(cancel);
        var response = await PlaceAsync(directory.NewOrder, cancel);
        var url = response.Location ?? throw AcmeProblems.BadResponse(response.Url, "names no order URL").AsException();
        client.Reached(AcmeFailPoints.OrderCreated);

        // Read after the URL is known: whatever the body holds, this order is ours to finish.
        var order = response.Read(AcmeJson.Default.Order);
        pending = pending with
        {
            AccountUrl = (await client.Account.OpenAsync(cancel)).AccountUrl!,
            OrderUrl = url,
            FinalizeUrl = order.Finalize,
            Stage = OrderStage.Ordered,
        };
        await journal.SaveAsync(pending, cancel);
        client.Reached(AcmeFailPoints.OrderSaved);
        progress?.Report(new IssuanceStep(IssuanceStepKind.OrderCreated, Detail: url));
        ReportSkew();
        return new OpenOrder(pending, order);
    }

    private async Task<PendingOrder> PrepareAsync(CancellationToken cancel)
    {
        var account = (await client.Account.OpenAsync(cancel)).AccountUrl!;
        if (_prepared is { } prepared)
        {
            _prepared = null;
            return prepared with { AccountUrl = account };
        }

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

    private async Task<AcmeResponse> PlaceAsync(string url, CancellationToken cancel)
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

    private async Task<OpenOrder?> AskAsync(PendingOrder pending, string url, CancellationToken cancel)
    {
        Order order;
        try
        {
            order = (await client.Account.PostAsync(url, default, cancel)).Read(AcmeJson.Default.Order);
        }
        catch (AcmeRefusalException e) when (!e.IsTransient)
        {
            return await DropAsync($"the server no longer knows it: {AcmeProblems.WordsOf(e.Document)}", cancel);
        }

        if (order.Status == AcmeStatus.Invalid || (order.Status != AcmeStatus.Valid && order.Expires < client.Clock.Now))
        {
            return await DropAsync(order.Error is { } error ? AcmeProblems.WordsOf(error) : "it is invalid or has expired", cancel);
        }

        return Resumed(new OpenOrder(pending, order));
    }

    private OpenOrder Resumed(OpenOrder order)
    {
        progress?.Report(new IssuanceStep(IssuanceStepKind.OrderResumed, Detail: order.Pending.OrderUrl));
        ReportSkew();
        return order;
    }

    private async Task<OpenOrder?> DropAsync(string reason, CancellationToken cancel)
    {
        progress?.Report(new IssuanceStep(IssuanceStepKind.OrderDropped, Detail: reason));
        await journal.ClearAsync(cancel);
        return null;
    }

    private void ReportSkew()
    {
        if (client.Clock.Skew.Duration() > NotableSkew)
        {
            progress?.Report(new IssuanceStep(IssuanceStepKind.ClockSkew, Detail: AcmeProblems.Spoken(client.Clock.Skew.Duration())));
        }
    }

    private static byte[] Body(NewOrderRequest order) => JsonSerializer.SerializeToUtf8Bytes(order, AcmeJson.Default.NewOrderRequest);

    private static bool IsKey(string pem)
    {
        try
        {
            KeyPair.FromPem(pem).Dispose();
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
