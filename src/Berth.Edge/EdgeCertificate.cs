using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Berth.Kernel;

namespace Berth.Edge;

/// <summary>
/// Names a certificate chain and its key without loading them. Two with the same id are the same certificate:
/// a renewed one needs a new id, or the edge goes on serving what it has loaded.
/// </summary>
public abstract class EdgeCertificate : IEquatable<EdgeCertificate>
{
    /// <summary>The name on the certificate that visitors are shown where there is none for what they ask for.</summary>
    public const string Nobodys = "berth.invalid";

    private const int Longest = 1 << 20;

    private EdgeCertificate()
    {
    }

    /// <summary>Printable, never a secret; for files it starts with the chain's path.</summary>
    public abstract string Id { get; }

    /// <param name="version">Changes whenever the files do: a serial number, a fingerprint, a time of writing.</param>
    /// <param name="chainFile">PEM: the leaf first, then its intermediates. Read when the first visitor comes.</param>
    /// <param name="keyFile">PEM: the leaf's private key, not encrypted.</param>
    public static EdgeCertificate FromFiles(string version, string chainFile, string keyFile) =>
        new Single($"{chainFile} ({version})", () => (ReadBounded(chainFile), ReadBounded(keyFile)));

    /// <summary>An app's certificate: forty bytes for each of very many.</summary>
    /// <param name="source">Where it is read when the first visitor comes; what that throws is told, and other names go on.</param>
    /// <param name="app">Whose.</param>
    /// <param name="version">Changes whenever the certificate does.</param>
    public static EdgeCertificate Of(ICertificateSource source, AppName app, ulong version) => new OfApp(source, app, version);

    /// <param name="chainPem">The leaf first, then its intermediates.</param>
    /// <param name="keyPem">The leaf's private key, not encrypted; stays in memory.</param>
    public static EdgeCertificate FromPem(string chainPem, string keyPem) =>
        new Single($"sha256:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(chainPem)))}", () => (chainPem, keyPem));

    public abstract bool Equals(EdgeCertificate? other);

    public sealed override bool Equals(object? obj) => Equals(obj as EdgeCertificate);

    public abstract override int GetHashCode();

    public sealed override string ToString() => Printable.Of(Id);

    internal abstract (string Chain, string Key) Read();

    private static string ReadBounded(string path) =>
        PlainFile.Read(path, Longest) ?? throw new FileNotFoundException($"{path} is not there.");

    private sealed class Single(string id, Func<(string Chain, string Key)> read) : EdgeCertificate
    {
        public override string Id => id;

        public override bool Equals(EdgeCertificate? other) => other is Single && other.Id == id;

        public override int GetHashCode() => id.GetHashCode(StringComparison.Ordinal);

        internal override (string Chain, string Key) Read() => read();
    }

    private sealed class OfApp(ICertificateSource source, AppName app, ulong version) : EdgeCertificate
    {
        private readonly (ICertificateSource Source, AppName App, ulong Version) _what = (source, app, version);

        public override string Id => $"{_what.Source.PlaceOf(_what.App)} ({_what.Version.ToString("x16", CultureInfo.InvariantCulture)})";

        public override bool Equals(EdgeCertificate? other) => other is OfApp { _what: var what } && what == _what;

        public override int GetHashCode() => _what.GetHashCode();

        internal override (string Chain, string Key) Read() => _what.Source.Read(_what.App);
    }
}
