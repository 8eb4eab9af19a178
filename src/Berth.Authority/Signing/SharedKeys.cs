using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Berth.Authority.Storage;
using Berth.Kernel;

namespace Berth.Authority.Signing;

/// <summary>
/// Gives all nodes of a database the same intermediates: each node's key files are in the database too, encrypted with a key that only the nodes
/// have (<c>cluster.key</c>, copied once from node to node). The root's private key is never shared.
/// </summary>
internal sealed class SharedKeys
{
    private const int KeyLength = 32;
    private readonly HierarchyFolder _folder;
    private readonly IAuthorityStore _store;
    private readonly byte[] _key;

    private SharedKeys(HierarchyFolder folder, IAuthorityStore store, byte[] key) => (_folder, _store, _key) = (folder, store, key);

    /// <summary>The key of the nonces that all nodes take.</summary>
    internal byte[] NonceKey => HKDF.DeriveKey(HashAlgorithmName.SHA256, _key, KeyLength, info: "nonces"u8.ToArray());

    /// <summary>Opens the cluster's key; the first node of a database makes it.</summary>
    /// <exception cref="ProblemException"><see cref="AuthorityProblems.ClusterKeyNotFound"/>: there are other nodes, and this one does not have their key.</exception>
    internal static async Task<SharedKeys> OpenAsync(string keyFile, HierarchyFolder folder, IAuthorityStore store, CancellationToken cancel)
    {
        if (!File.Exists(keyFile))
        {
            if (!(await store.ListKeyFilesAsync(cancel)).IsEmpty)
            {
                throw AuthorityProblems.MissingClusterKey(keyFile).AsException();
            }

            AtomicFile.Write(keyFile, RandomNumberGenerator.GetHexString(2 * KeyLength, lowercase: true) + "\n");
        }

        var shared = new SharedKeys(folder, store, ReadKey(keyFile));
        folder.Open();
        await shared.PullAsync(cancel);
        return shared;
    }

    /// <summary>Writes what other nodes have added into this node's folder: keys before the certificates that need them.</summary>
    internal async Task PullAsync(CancellationToken cancel)
    {
        var files = await _store.ListKeyFilesAsync(cancel);
        foreach (var (name, content) in files.OrderBy(file => file.Name.EndsWith(".pem", StringComparison.Ordinal)))
        {
            var (path, plain) = (Path.Combine(_folder.Folder, Path.GetFileName(name)), Decrypt(name, content));
            if (!File.Exists(path))
            {
                AtomicFile.Write(path, plain, name.EndsWith(".pem", StringComparison.Ordinal) ? AtomicFile.PublicRead : AtomicFile.Private);
            }
            else if (name.EndsWith(".pem", StringComparison.Ordinal) && !File.ReadAllBytes(path).AsSpan().SequenceEqual(plain))
            {
                throw AuthorityProblems.DifferingKeys(path).AsException();
            }
        }
    }

    /// <summary>Adds what this node has and others do not.</summary>
    internal async Task PushAsync(CancellationToken cancel)
    {
        var known = (await _store.ListKeyFilesAsync(cancel)).Select(file => file.Name).ToHashSet(StringComparer.Ordinal);
        ImmutableArray<(string, byte[])> added = [.. Directory.EnumerateFiles(_folder.Folder)
            .Where(path => (path.EndsWith(".pem", StringComparison.Ordinal) || path.EndsWith(".key", StringComparison.Ordinal))
                && path != _folder.KeyPath(HierarchyFolder.Root))
            .Select(path => (Name: Path.GetFileName(path), Path: path))
            .Where(file => !known.Contains(file.Name))
            .Select(file => (file.Name, Encrypt(file.Name, File.ReadAllBytes(file.Path))))];
        if (!added.IsEmpty && !await _store.AddKeyFilesAsync(added, cancel))
        {
            await PullAsync(cancel);
        }
    }

    private static byte[] ReadKey(string file)
    {
        try
        {
            var key = Convert.FromHexString(File.ReadAllText(file).Trim());
            return key.Length == KeyLength ? key : throw new FormatException("it is not 64 hexadecimal digits");
        }
        catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException)
        {
            throw AuthorityProblems.DamagedKey(file, e.Message).AsException(e);
        }
    }

    private byte[] Encrypt(string name, byte[] plain)
    {
        using var cipher = new AesGcm(_key, 16);
        var result = new byte[12 + 16 + plain.Length];
        RandomNumberGenerator.Fill(result.AsSpan(0, 12));
        cipher.Encrypt(result.AsSpan(0, 12), plain, result.AsSpan(28), result.AsSpan(12, 16), Encoding.UTF8.GetBytes(name));
        return result;
    }

    private byte[] Decrypt(string name, byte[] content)
    {
        try
        {
            using var cipher = new AesGcm(_key, 16);
            var plain = new byte[content.Length - 28];
            cipher.Decrypt(content.AsSpan(0, 12), content.AsSpan(28), content.AsSpan(12, 16), plain, Encoding.UTF8.GetBytes(name));
            return plain;
        }
        catch (CryptographicException e)
        {
            throw AuthorityProblems.DamagedKey(name, "the cluster.key of this node is not the one it was stored with").AsException(e);
        }
    }
}
