namespace Berth.Acme;

/// <summary>The key pairs a certificate or an account can have.</summary>
public enum KeyType
{
    /// <summary>ECDSA on P-256: the default, small and fast everywhere.</summary>
    P256,

    /// <summary>ECDSA on P-384.</summary>
    P384,

    /// <summary>RSA of 2048 bits: for clients that know no elliptic curves.</summary>
    Rsa2048,

    /// <summary>RSA of 3072 bits.</summary>
    Rsa3072,

    /// <summary>Takes a second or more to make.</summary>
    Rsa4096,
}
