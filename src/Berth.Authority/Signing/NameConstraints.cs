using System.Collections.Immutable;
using System.Formats.Asn1;
using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace Berth.Authority.Signing;

/// <summary>Which names an intermediate may certify (RFC 5280 §4.2.1.10): kept by every verifier, even if the intermediate's key is stolen.</summary>
/// <param name="Permitted">Domains, each with all below it; empty for any.</param>
/// <param name="Excluded">Domains that are not certified, nor any name below them.</param>
/// <param name="Networks">Networks whose addresses may be certified; none where domains are permitted means no address at all.</param>
internal sealed record NameConstraints(ImmutableArray<string> Permitted, ImmutableArray<string> Excluded, ImmutableArray<IPNetwork> Networks)
{
    private const string Oid = "2.5.29.30";
    private static readonly Asn1Tag Dns = new(TagClass.ContextSpecific, 2);
    private static readonly Asn1Tag Address = new(TagClass.ContextSpecific, 7);
    private static readonly ImmutableArray<IPNetwork> All = [IPNetwork.Parse("0.0.0.0/0"), IPNetwork.Parse("::/0")];

    internal static NameConstraints None { get; } = new([], [], []);

    internal bool IsEmpty => Permitted.IsEmpty && Excluded.IsEmpty && Networks.IsEmpty;

    /// <summary>Whether addresses are shut out altogether.</summary>
    private bool ExcludesAddresses => !Permitted.IsEmpty && Networks.IsEmpty;

    /// <param name="name">A DNS name, a wildcard perhaps, or an address.</param>
    internal bool Allow(string name) => IPAddress.TryParse(name, out var address)
        ? !ExcludesAddresses && (Networks.IsEmpty || Networks.Any(network => Holds(network, address)))
        : (Permitted.IsEmpty || Permitted.Any(domain => IsWithin(name, domain))) && !Excluded.Any(domain => IsWithin(name, domain));

    /// <summary>In words, the middle of a sentence: <c>corp.example and below, 127.0.0.0/8, not secret.corp.example</c>.</summary>
    public override string ToString() => IsEmpty
        ? "any name"
        : string.Join(", ",
        [
            .. !Permitted.IsEmpty ? Permitted.Select(domain => $"{domain} and below") : Networks.IsEmpty ? ["any name"] : ["any domain"],
            .. Networks.Select(network => network.ToString()),
            .. Excluded.Select(domain => $"not {domain}"),
        ]);

    internal X509Extension ToExtension()
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            Write(writer, 0, Permitted, Networks);
            Write(writer, 1, Excluded, ExcludesAddresses ? All : []);
        }

        return new X509Extension(Oid, writer.Encode(), critical: true);
    }

    internal static NameConstraints Of(X509Certificate2 certificate)
    {
        if (certificate.Extensions.FirstOrDefault(found => found.Oid!.Value == Oid) is not { } extension)
        {
            return None;
        }

        var reader = new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence();
        var (permitted, networks) = Read(reader, 0);
        var (excluded, _) = Read(reader, 1);
        return new NameConstraints(permitted, excluded, networks);
    }

    private static bool IsWithin(string name, string domain)
    {
        var bare = name.StartsWith("*.", StringComparison.Ordinal) ? name[2..] : name;
        return bare == domain || bare.EndsWith("." + domain, StringComparison.Ordinal);
    }

    private static bool Holds(IPNetwork network, IPAddress address) =>
        network.BaseAddress.AddressFamily == address.AddressFamily && network.Contains(address);

    private static void Write(AsnWriter writer, int tag, ImmutableArray<string> domains, ImmutableArray<IPNetwork> networks)
    {
        if (domains.IsEmpty && networks.IsEmpty)
        {
            return;
        }

        using var list = writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, tag));
        foreach (var domain in domains)
        {
            using var subtree = writer.PushSequence();
            writer.WriteCharacterString(UniversalTagNumber.IA5String, domain, Dns);
        }

        foreach (var network in networks)
        {
            using var subtree = writer.PushSequence();
            writer.WriteOctetString([.. network.BaseAddress.GetAddressBytes(), .. Mask(network)], Address);
        }
    }

    private static byte[] Mask(IPNetwork network)
    {
        var mask = new byte[network.BaseAddress.GetAddressBytes().Length];
        for (var bit = 0; bit < network.PrefixLength; bit++)
        {
            mask[bit / 8] |= (byte)(0x80 >> (bit % 8));
        }

        return mask;
    }

    private static (ImmutableArray<string> Domains, ImmutableArray<IPNetwork> Networks) Read(AsnReader reader, int tag)
    {
        var context = new Asn1Tag(TagClass.ContextSpecific, tag);
        if (!reader.HasData || !reader.PeekTag().HasSameClassAndValue(context))
        {
            return ([], []);
        }

        var (domains, networks) = (ImmutableArray.CreateBuilder<string>(), ImmutableArray.CreateBuilder<IPNetwork>());
        for (var list = reader.ReadSequence(context); list.HasData;)
        {
            var subtree = list.ReadSequence();
            if (subtree.PeekTag().HasSameClassAndValue(Dns))
            {
                domains.Add(subtree.ReadCharacterString(UniversalTagNumber.IA5String, Dns));
            }
            else if (subtree.PeekTag().HasSameClassAndValue(Address) && subtree.ReadOctetString(Address) is { Length: 8 or 32 } both)
            {
                networks.Add(new IPNetwork(new IPAddress(both[..(both.Length / 2)]), both[(both.Length / 2)..].Sum(part => System.Numerics.BitOperations.PopCount(part))));
            }
        }

        return (domains.ToImmutable(), networks.ToImmutable());
    }
}
