using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Berth.Acme.Protocol;
using Berth.Authority;
using Berth.Authority.Testing;
using Berth.Commands;
using Berth.Kernel;

namespace Berth.Daemon;

/// <summary>Pebble's configuration file (<c>{"pebble": {…}}</c>) and environment variables, as its README describes them.</summary>
internal static class PebbleSettings
{
    private static readonly JsonDocumentOptions Reading = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <param name="file">Empty for Pebble's own example.</param>
    /// <param name="folder">Where to keep keys and records meanwhile.</param>
    /// <param name="variable">Reads an environment variable.</param>
    internal static AuthorityOptions Read(string file, string folder, Func<string, string?> variable)
    {
        var json = file.Length == 0 ? [] : Load(file);
        var lifetime = TimeSpan.FromSeconds(Number(json, "certificateValidityPeriod") is > 0 and var seconds ? seconds : 90 * 86_400);
        return new AuthorityOptions
        {
            DataFolder = Path.Combine(folder, "authority"),
            Listen = [EndPoint(Text(json, "listenAddress") ?? "0.0.0.0:14000", IPAddress.Any)],
            HttpPort = (int)(Number(json, "httpPort") ?? 5002),
            HttpsPort = (int)(Number(json, "tlsPort") ?? 5001),
            AllowPrivateAddresses = true,
            LeafLifetime = lifetime,
            ValidationRetries = [],
            RequireBinding = Flag(json, "externalAccountBindingRequired"),
            DeniedNames = [.. Denied(json)],
            Profiles = [.. Profiles(json, lifetime)],
            TermsOfService = new Uri("data:text/plain,Do%20what%20thou%20wilt"),
            // A flood is a test here.
            ConcurrentRequestsPerClient = 10_000,
            ConnectionsPerClient = 10_000,
            Testing = new TestMode
            {
                Management = Management(json, file),
                Endpoint = (Text(json, "certificate"), Text(json, "privateKey")) is ({ } certificate, { } key) ? (Path.GetFullPath(certificate), Path.GetFullPath(key)) : null,
                RejectNonces = Count(variable, "PEBBLE_WFE_NONCEREJECT", 5),
                ReuseAuthorizations = Count(variable, "PEBBLE_AUTHZREUSE", 50),
                MostSleep = IsOn(variable("PEBBLE_VA_NOSLEEP")) ? TimeSpan.Zero : TimeSpan.FromSeconds(Count(variable, "PEBBLE_VA_SLEEPTIME", 15)),
                AlwaysValid = IsOn(variable("PEBBLE_VA_ALWAYS_VALID")),
                AlternateRoots = Math.Min(Count(variable, "PEBBLE_ALTERNATE_ROOTS", 0), 9),
                ChainLength = Math.Clamp(Count(variable, "PEBBLE_CHAIN_LENGTH", 1), 1, 10),
                BindingKeys = Keys(json),
            },
        };
    }

    /// <summary>An address as Go writes it: <c>:5053</c> has no host.</summary>
    internal static IPEndPoint EndPoint(string text, IPAddress any)
    {
        var colon = text.LastIndexOf(':');
        var host = text[..Math.Max(colon, 0)];
        var address = host is "" ? any : host == "localhost" ? IPAddress.Loopback : IPAddress.TryParse(host.Trim('[', ']'), out var found) ? found : null;
        return address is not null && int.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port <= 65535
            ? new IPEndPoint(address, port)
            : throw ProgramProblems.BadOption($"'{Printable.Of(text)}' is not an address and a port.", "Write both, as in 127.0.0.1:5053.").AsException();
    }

    private static JsonObject Load(string file)
    {
        try
        {
            var whole = JsonNode.Parse(File.ReadAllText(file), documentOptions: Reading);
            return whole?["pebble"] as JsonObject ?? throw new JsonException("it has no object 'pebble'");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException)
        {
            throw ProgramProblems.BadOption($"The configuration '{Printable.Of(file)}' cannot be read: {e.Message}", "It is in Pebble's form: {\"pebble\": {…}}.").AsException(e);
        }
    }

    private static IPEndPoint? Management(JsonObject json, string file) =>
        (Text(json, "managementListenAddress") ?? (file.Length == 0 ? "0.0.0.0:15000" : "")) is { Length: > 0 } text ? EndPoint(text, IPAddress.Any) : null;

    private static IEnumerable<string> Denied(JsonObject json) =>
        (json["domainBlocklist"] as JsonArray ?? []).Select(name => name!.GetValue<string>()).SelectMany(name => new[] { name, "." + name });

    private static IEnumerable<OrderProfile> Profiles(JsonObject json, TimeSpan lifetime) => (json["profiles"] as JsonObject ?? []).Select(profile => new OrderProfile
    {
        Name = profile.Key,
        Description = profile.Value is JsonObject one && Text(one, "description") is { } text ? text : profile.Key,
        Lifetime = profile.Value is JsonObject two && Number(two, "validityPeriod") is > 0 and var seconds ? TimeSpan.FromSeconds(seconds) : lifetime,
    });

    private static ImmutableDictionary<string, byte[]> Keys(JsonObject json) => (json["externalAccountMACKeys"] as JsonObject ?? []).ToImmutableDictionary(
        key => key.Key,
        key => StrictBase64Url.TryDecode(key.Value?.GetValue<string>().TrimEnd('='), out var secret)
            ? secret
            : throw ProgramProblems.BadOption($"The binding key '{Printable.Of(key.Key)}' is not base64url.", "Write it without padding.").AsException());

    private static string? Text(JsonObject json, string name) => json[name] is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    private static long? Number(JsonObject json, string name) => json[name] is JsonValue value && value.TryGetValue(out long number) ? number : null;

    private static bool Flag(JsonObject json, string name) => json[name] is JsonValue value && value.TryGetValue(out bool flag) && flag;

    private static int Count(Func<string, string?> variable, string name, int otherwise) =>
        int.TryParse(variable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : otherwise;

    private static bool IsOn(string? text) => text is "1" or "t" or "T" or "true" or "TRUE" or "True";
}
