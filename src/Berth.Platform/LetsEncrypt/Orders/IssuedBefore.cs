using Berth.Acme.Issuing;
using Berth.Platform.Certs;

namespace Berth.Platform.LetsEncrypt.Orders;

/// <summary>The certificate that a run had installed which ended before it could tell of it: as much of it as its order and its files say.</summary>
internal static class IssuedBefore
{
    public static IssuedCertificate Of(PendingOrder order, string chain, CertificateFacts facts) => new()
    {
        Names = order.Names,
        LeafPem = chain,
        ChainPem = "",
        PrivateKeyPem = order.PrivateKeyPem,
        Issuer = facts.Issuer,
        NotBefore = facts.NotBefore,
        NotAfter = facts.NotAfter,
        DirectoryUrl = order.DirectoryUrl,
        AccountUrl = order.AccountUrl,
        OrderUrl = order.OrderUrl ?? "",
        CertificateUrl = order.CertificateUrl ?? "",
        Profile = order.Profile,
        LeftOut = order.LeftOut,
    };
}
