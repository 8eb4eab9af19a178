using Berth.Kernel;

namespace Berth.Platform.LetsEncrypt.Orders;

/// <summary>Which server an app's next order goes to, and what would keep it from going, told before it is tried.</summary>
public sealed class LimitsAhead(ServersToAsk servers, OrdersUnderWay underWay)
{
    /// <param name="app">Whose.</param>
    /// <param name="wanted">What is ordered.</param>
    /// <param name="cancel">Ends it.</param>
    /// <param name="then">When; null for now.</param>
    /// <returns>Null while an order is under way: what is set aside is set aside for it.</returns>
    public async Task<ServerToAsk?> OfAsync(AppName app, WantedCertificate wanted, CancellationToken cancel, DateTimeOffset? then = null) =>
        underWay.SentenceOf(app) is null ? await servers.NextAsync(app, wanted, isOrder: false, cancel, then) : null;
}
