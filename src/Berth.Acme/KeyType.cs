namespace Berth.Acme;

/// <summary>The key pairs a certificate or an account can have.</summary>
public enum KeyType
{
    /// <summary>ECDSA on P-256: the default, small and fast everywhere.</summary>
    P256,

    P384,

    Rsa2048,

    Rsa3072,

    /// <summary>Takes a second or more to make.</summary>
    Rsa4096,
}
