using System.Security.Cryptography;
using System.Text.Json;
using Berth.Acme.Protocol;
using Berth.Acme.Transport;

namespace Berth.Acme.Issuing;

/// <summary>Places a new order (RFC 8555 §7.4).</summary>
internal sealed class OrderPlacing(
    AcmeClient client, IOrderJournal journal, IssuanceRequest request, IProgress<IssuanceStep>? progress, Func<CancellationToken, Task> mayOrder)
{
    /// <summary>The key is in the journal before the order exists, the order's URL before anything follows.</summary>
    /// <param name="prepared">A journal entry with a key and no order, to be used.</param>
    /// <param name="cancel">Ends it; an order made meanwhile may be lost.</param>
    internal async Task<OpenOrder> PlaceAsync(PendingOrder? prepared, CancellationToken cancel)
    {
        var directory = await client.Connection.GetDirectoryAsync(cancel);
        var profile = ProfileFor(directory);
        if (prepared is not null)
        {
            await journal.SaveAsync(prepared, cancel);
            return await PlaceAsync(prepared, directory, profile, cancel);
        }

        var key = request.PrivateKeyPem is { } pem ? ReadKey(pem) : KeyPair.Generate(request.KeyType);
        try
        {
            return await PlaceAsync(await PrepareAsync(key, cancel), directory, profile, cancel) with { Key = key };
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    private async Task<OpenOrder> PlaceAsync(PendingOrder pending, AcmeDirectory directory, string? profile, CancellationToken cancel)
    {
        var (response, sentProfile) = await SendAsync(directory, pending, profile, cancel);
        var url = response.Location ?? throw AcmeProblems.BadResponse(response.Url, "names no order URL").AsException();
        await client.Connection.RequireOwnAsync(url, cancel);
        client.Reached(AcmeFailPoints.OrderCreated);

        // The body is read after its URL is safe: whatever it holds, this order is ours to finish.
        pending = pending with
        {
            AccountUrl = (await client.Account.OpenAsync(cancel)).AccountUrl!,
            Names = request.SortedNames(),
            LeftOut = request.LeftOut,
            Profile = sentProfile,
            OrderUrl = url,
            OrderedAt = client.Time.GetUtcNow(),
            Stage = OrderStage.Ordered,
        };
        progress?.Report(new IssuanceStep(IssuanceStepKind.OrderCreated, Detail: url));
        await journal.SaveAsync(pending, cancel);
        client.Reached(AcmeFailPoints.OrderSaved);
        return new OpenOrder(pending, response.Read(AcmeJson.Default.Order));
    }

    // Only what the server lists is sent: one that knows no profiles may refuse the order for the unknown member.
    private string? ProfileFor(AcmeDirectory directory)
    {
        if (request is { Profile: null, Addresses.Count: > 0 })
        {
            return directory.Meta?.Profiles?.ContainsKey(IssuanceRequest.AddressProfile) == true ? IssuanceRequest.AddressProfile : null;
        }

        if (request.Profile is not { } wanted || directory.Meta?.Profiles?.ContainsKey(wanted) == true)
        {
            return request.Profile;
        }

        if (request.ProfileIsRequired)
        {
            throw AcmeProblems.NoSuchProfile(client.Options.Host, wanted, directory.Meta?.Profiles?.Keys ?? []).AsException();
        }

        progress?.Report(new IssuanceStep(IssuanceStepKind.ProfileLeftOut, Detail: wanted));
        return null;
    }

    private async Task<PendingOrder> PrepareAsync(AsymmetricAlgorithm key, CancellationToken cancel)
    {
        var pending = new PendingOrder
        {
            DirectoryUrl = client.Options.DirectoryUrl.OriginalString,
            AccountUrl = (await client.Account.OpenAsync(cancel)).AccountUrl!,
            Names = request.SortedNames(),
            LeftOut = request.LeftOut,
            KeyType = KeyPair.TypeOf(key),
            Profile = request.Profile,
            PrivateKeyPem = key.ExportPkcs8PrivateKeyPem(),
            Stage = OrderStage.KeySaved,
        };
        await journal.SaveAsync(pending, cancel);
        client.Reached(AcmeFailPoints.KeySaved);
        return pending;
    }

    private static AsymmetricAlgorithm ReadKey(string pem)
    {
        try
        {
            return KeyPair.FromPem(pem);
        }
        catch (CryptographicException e)
        {
            throw AcmeProblems.BadReusedKey(e.Message).AsException(e);
        }
    }

    private async Task<(AcmeResponse Response, string? Profile)> SendAsync(
        AcmeDirectory directory, PendingOrder pending, string? profile, CancellationToken cancel)
    {
        var names = request.SortedNames();
        var order = new NewOrderRequest
        {
            Identifiers = [.. names.Select(Identifier.Of)],
            Profile = profile,
            Replaces = ReplacedBy(directory, pending.AccountUrl, names),
        };
        while (true)
        {
            try
            {
                var body = Body(order);
                progress?.Report(new IssuanceStep(IssuanceStepKind.Ordering));
                var response = await client.Connection.AtAsync(
                    known => known.NewOrder, known => client.Account.PostAsync(known.NewOrder, body, cancel), cancel);
                return (response, order.Profile);
            }
            catch (AcmeRefusalException e) when (order.Replaces is not null && MayBeOfReplaces(e))
            {
                // It may be the certificate we named (RFC 9773 §5): once more without, as an order that is no renewal to the server's limits.
                progress?.Report(new IssuanceStep(IssuanceStepKind.ReplacesLeftOut, Detail: AcmeProblems.WordsOf(e.Document)));
                order = order with { Replaces = null };
                await mayOrder(cancel);
                await journal.SaveAsync(pending, cancel);
            }
            catch (AcmeRefusalException e) when (
                order.Profile is not null && !request.ProfileIsRequired && e.Type == AcmeError.InvalidProfile)
            {
                progress?.Report(new IssuanceStep(IssuanceStepKind.ProfileLeftOut, Detail: order.Profile));
                order = order with { Profile = null };
            }
        }
    }

    // Pebble answers 500 for a certificate whose order it has lost, at its restart or because it is not noted yet.
    private static bool MayBeOfReplaces(AcmeRefusalException refusal) => !refusal.AsksToWait
        && (refusal.Response.Status < 500 || refusal.Document.Detail?.Contains("certificate", StringComparison.OrdinalIgnoreCase) == true)
        && refusal.Type is not (AcmeError.RejectedIdentifier or AcmeError.UnsupportedIdentifier or AcmeError.InvalidProfile or AcmeError.UserActionRequired);

    private string? ReplacedBy(AcmeDirectory directory, string account, IReadOnlyList<string> names)
    {
        if (request.Replaces is not null)
        {
            return request.Replaces;
        }

        return directory.RenewalInfo is not null && request.Renews is { } renewed
            && renewed.MayBeNamed(client.Options.DirectoryUrl.OriginalString, account, names)
            ? renewed.CertificateId
            : null;
    }

    private static byte[] Body(NewOrderRequest order) =>
        JsonSerializer.SerializeToUtf8Bytes(order, AcmeJson.Default.NewOrderRequest);
}
