namespace Berth.Acme.Dns.Providers;

/// <summary>
/// AWS access keys: from the settings, or from a shared credentials file (https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html).
/// Roles of a machine and assumed roles are not supported.
/// </summary>
internal sealed record AwsCredentials(string KeyId, string Secret, string? SessionToken)
{
    public override string ToString() => $"AwsCredentials {{ KeyId = {KeyId} }}";

    internal static AwsCredentials Of(DnsSettings settings)
    {
        if (settings.Find("AWS_ACCESS_KEY_ID") is { } id)
        {
            return new AwsCredentials(id, settings.RequireSecret("AWS_SECRET_ACCESS_KEY"), settings.FindSecret("AWS_SESSION_TOKEN"));
        }

        if (settings.Find("AWS_SHARED_CREDENTIALS") is not { } text)
        {
            throw DnsProblems.NoSetting(settings.Provider, "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_SHARED_CREDENTIALS_FILE")
                .AsException();
        }

        var profile = settings.Find("AWS_PROFILE") ?? "default";
        var found = Section(text, profile);
        return found.TryGetValue("aws_access_key_id", out var keyId) && found.TryGetValue("aws_secret_access_key", out var secret)
            ? new AwsCredentials(keyId, settings.Hide(secret)!, settings.Hide(found.GetValueOrDefault("aws_session_token")))
            : throw DnsProblems.BadSetting(
                settings.Provider, "AWS_SHARED_CREDENTIALS_FILE", $"it has no keys for the profile {profile}").AsException();
    }

    private static Dictionary<string, string> Section(string text, string name)
    {
        Dictionary<string, string> values = new(StringComparer.OrdinalIgnoreCase);
        var inside = false;
        foreach (var line in text.Split('\n').Select(line => line.Trim()))
        {
            if (line.StartsWith('['))
            {
                inside = line.TrimEnd(']').TrimStart('[').Trim() == name;
            }
            else if (inside && line.IndexOf('=', StringComparison.Ordinal) is > 0 and var equals && !line.StartsWith('#'))
            {
                values[line[..equals].Trim()] = line[(equals + 1)..].Trim();
            }
        }

        return values;
    }
}
