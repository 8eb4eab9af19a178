using Berth.Acme;
using Berth.Acme.Protocol;
using Berth.Kernel;
using Berth.Platform.LetsEncrypt.Limits;
using Berth.Platform.Properties;

namespace Berth.Platform.LetsEncrypt;

/// <summary>The properties that say what a certificate is like. Reports show them where they are set.</summary>
internal static class CertificateSettings
{
    /// <summary>The second word of a profile that must be had.</summary>
    public const string Required = "required";

    internal const string BindingKey = "eab-hmac-key";
    internal const string BindingId = "eab-kid";

    // An authority hands out 32 or 64; a key id, or half of a key, is rarely among these.
    private const int ShortestKey = 16;
    private const int LongestKey = 1024;

    private static readonly Dictionary<string, KeyType> KeyTypes = new(StringComparer.Ordinal)
    {
        ["p256"] = KeyType.P256,
        ["p384"] = KeyType.P384,
        ["rsa2048"] = KeyType.Rsa2048,
        ["rsa3072"] = KeyType.Rsa3072,
        ["rsa4096"] = KeyType.Rsa4096,
    };

    public static IReadOnlyList<Setting> All { get; } =
    [
        new(LetsEncryptSettingsStore.ByDefault) { IsOwn = true, OnlyWhenSet = true, Refuse = SettingValues.YesOrNo(LetsEncryptSettingsStore.ByDefault) },
        new(BindingKey) { IsOwn = true, Secret = true, OnlyWhenSet = true, Refuse = RefuseBindingKey },
        new(BindingId) { IsOwn = true, OnlyWhenSet = true },
        new("key-type") { IsOwn = true, OnlyWhenSet = true, Refuse = value => KeyTypes.ContainsKey(value) ? null : Bad("key-type", value, string.Join(", ", KeyTypes.Keys)) },
        new(LetsEncryptSettingsStore.Limits) { ForApp = false, IsOwn = true, OnlyWhenSet = true, Refuse = LimitWords.Refuse },
        new("preferred-chain") { IsOwn = true, OnlyWhenSet = true },
        new("profile") { IsOwn = true, OnlyWhenSet = true, Refuse = RefuseProfile },
        new("reuse-key") { IsOwn = true, OnlyWhenSet = true, Refuse = SettingValues.YesOrNo("reuse-key") },
    ];

    public static KeyType KeyTypeOf(string? word) => KeyTypes.GetValueOrDefault(word ?? "", KeyType.P256);

    // As it is read when an account is registered. A secret is never echoed.
    private static Problem? RefuseBindingKey(string value) =>
        AccountBindings.ValuesOf(value).ToArray() is { Length: > 0 } keys && keys.All(IsBindingKey)
            ? null
            : Bad(BindingKey, "****", $"the HMAC key of the certificate authority, whole and without quotes: base64url text of {ShortestKey} to {LongestKey} bytes, with - and _ where it shows + and /");

    private static bool IsBindingKey(string text) =>
        StrictBase64Url.TryDecode(text.TrimEnd('='), out var key) && key.Length is >= ShortestKey and <= LongestKey;

    private static Problem? RefuseProfile(string value) =>
        value.Split(' ') is { Length: 1 } or [_, Required] && value.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or ' ')
            ? null
            : Bad("profile", value, $"a profile's name, or a name and the word {Required}");

    private static Problem Bad(string key, string value, string wanted) => SettingProblems.BadValue(key, value, wanted);
}
