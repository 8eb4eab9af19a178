using Berth.Acme.Issuing;
using Berth.Kernel;

namespace Berth.Platform.LetsEncrypt.Orders;

/// <summary>A key alone is no order that was begun: it was held back or refused, the server was not there, or whoever wanted it gave up.</summary>
internal static class UnplacedOrder
{
    /// <summary>Takes it out of a journal; an order that was placed stays there.</summary>
    public static async Task LeaveAsync(IOrderJournal journal)
    {
        try
        {
            if (await journal.LoadAsync(CancellationToken.None) is { OrderUrl: null })
            {
                await journal.ClearAsync(CancellationToken.None);
            }
        }
        catch (ProblemException)
        {
            // A disk that takes nothing: what failed is what is to be told.
        }
    }
}
