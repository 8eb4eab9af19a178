using System.Security.Cryptography;
using System.Text;
using Berth.Kernel;

namespace Berth.Edge;

/// <summary>
/// Names a certificate chain and its key without loading them. Two with the same id are the same certificate:
/// a renewed one needs a new id, or the edge goes on serving what it has loaded.
/// </summary>
public sealed class EdgeCertificate : IEquatable<EdgeCertificate>
{
    private const int Longest = 1 << 20;
    private readonly Func<(string Chain, string Key)> _read;

    private EdgeCertificate(string id, Func<(string, string)> read) => (Id, _read) = (id, read);

    /// <summary>Printable, never a secret; for files it starts with the chain's path.</summary>
    public string Id { get; }

    /// <param name="version">Changes whenever the files do: a serial number, a fingerprint, a time of writing.</param>
    /// <param name="chainFile">PEM: the leaf first, then its intermediates. Read when the first visitor comes.</param>
    /// <param name="keyFile">PEM: the leaf's private key, not encrypted.</param>
    public static EdgeCertificate FromFiles(string version, string chainFile, string keyFile) =>
        new($"{chainFile} ({version})", () => (ReadBounded(chainFile), ReadBounded(keyFile)));

    /// <param name="id">Starts with where it comes from; changes whenever the certificate does.</param>
    /// <param name="read">Gives chain and key when the first visitor comes; what it throws is told, and other names go on.</param>
    public static EdgeCertificate FromReader(string id, Func<(string Chain, string Key)> read) => new(id, read);

    /// <param name="chainPem">The leaf first, then its intermediates.</param>
    /// <param name="keyPem">The leaf's private key, not encrypted; stays in memory.</param>
    public static EdgeCertificate FromPem(string chainPem, string keyPem) =>
        new($"sha256:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(chainPem)))}", () => (chainPem, keyPem));

    public bool Equals(EdgeCertificate? other) => other is not null && other.Id == Id;

    public override bool Equals(object? obj) => Equals(obj as EdgeCertificate);

    public override int GetHashCode() => Id.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => Printable.Of(Id);

    internal (string Chain, string Key) Read() => _read();

    private static string ReadBounded(string path) =>
        PlainFile.Read(path, Longest) ?? throw new FileNotFoundException($"{path} is not there.");
}
