using System.Text.Json.Serialization;

namespace Berth.Platform.LetsEncrypt.Notices;

/// <summary>One thing that happened to a certificate, as it is kept on disk and sent on; nothing in it is a secret.</summary>
public sealed record Notice
{
    /// <summary><c>issued</c>, <c>failed</c>, <c>held</c>, <c>fell-over</c>, <c>revoked</c>, <c>disabled</c>, <c>rolled-back</c>, <c>restored</c>, <c>installed</c>, <c>removed</c> or <c>expiring</c>.</summary>
    public required string Event { get; init; }

    public required string App { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>The names on the certificate, or those that were ordered.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>The directory of the server it is about.</summary>
    public string? Server { get; init; }

    /// <summary>The problem's code.</summary>
    public string? Code { get; init; }

    public string? Found { get; init; }

    public string? Remedy { get; init; }

    /// <summary>What the certificate in service is, or was before, where its server wants that replaced at once.</summary>
    public string? Replaces { get; init; }

    /// <summary>When the certificate in service expires.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>When the daemon acts next by itself.</summary>
    public DateTimeOffset? NextAttempt { get; init; }

    /// <summary>Whether nothing will change until a person does something.</summary>
    public bool NeedsYou { get; init; }

    /// <summary>The machine it happened on; set when it is sent.</summary>
    public string? Host { get; init; }

    /// <summary>One sentence for people.</summary>
    [JsonIgnore]
    public string Sentence => Event switch
    {
        "issued" => $"{App} has a new certificate for {Listed}{(Replaces is null ? "" : $", in place of {Replaces}")}{(Found is null ? "" : $"; not on it: {Found}")}",
        "failed" => Standing($"{App}: {Sentences.Inside(Found ?? "")}"),
        "held" => Standing($"{App}: the next order waits. {Found}"),
        "fell-over" => $"{App}: {Server ?? "another server"} is asked for now. {Found}",
        "revoked" => $"The certificate of {App} was revoked and taken off",
        "disabled" => $"The certificate of {App} was taken off",
        "restored" => $"{App}'s certificate was put back, for its files were damaged",
        "rolled-back" => $"{App} has another of its certificates in service again",
        "installed" => $"{App} has a certificate{(Names.Count == 0 ? "" : $" for {Listed}")} that was installed by hand",
        "removed" => $"The certificate of {App} was taken off by hand",
        "expiring" => $"The certificate of {App} {(Expires <= At ? "has expired" : "expires soon")} and was not renewed",
        _ => $"{App}: {Event}",
    };

    private string Standing(string why) => Replaces is null ? why : $"{Sentences.Ended(why)} The certificate in service is {Replaces}";

    private string Listed => Sentences.Some(Names, 5);
}
