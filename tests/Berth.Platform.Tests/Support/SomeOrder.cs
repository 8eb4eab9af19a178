using Berth.Acme;
using Berth.Acme.Issuing;

namespace Berth.Platform.Tests.Support;

/// <summary>An order as a journal keeps it, for a test to vary.</summary>
internal static class SomeOrder
{
    public static PendingOrder Placed { get; } = new()
    {
        DirectoryUrl = "https://ca.example/directory",
        AccountUrl = "https://ca.example/account/1",
        Names = ["one.example.com"],
        KeyType = KeyType.P256,
        PrivateKeyPem = "",
        Stage = OrderStage.Ordered,
        OrderUrl = "https://ca.example/order/1",
    };
}
