using Berth.Kernel;

namespace Berth.Platform.Certs;

/// <summary>What can be wrong with an app's certificate files.</summary>
public static class CertificateProblems
{
    public static readonly ProblemCode CertificateMissing = new("certificate-missing", Contract: true);
    public static readonly ProblemCode EndpointMissing = new("certs-endpoint-missing", Contract: true);
    public static readonly ProblemCode ShowWhat = new("certs-show-what", Contract: true);
    public static readonly ProblemCode FileNotFound = new("certs-file-not-found", Contract: true);
    public static readonly ProblemCode ArchiveExpected = new("certs-archive-expected", Contract: true);
    public static readonly ProblemCode ArchiveIncomplete = new("certs-archive-incomplete", Contract: true);
    public static readonly ProblemCode ArchiveRefused = new("certs-archive-refused");
    public static readonly ProblemCode PairUnusable = new("certs-pair-unusable");
    public static readonly ProblemCode KeyForeign = new("certs-key-foreign");
    public static readonly ProblemCode AnswerInvalid = new("certs-answer-invalid");

    private const string Unchanged = "Nothing was changed.";

    internal static Problem None(AppName app) => new(
        CertificateMissing,
        $"{app} doesn't have an SSL endpoint defined",
        $"Get a certificate with `berth letsencrypt:enable {app}`, or install one of your own with `berth certs:add {app} server.crt server.key`.");

    internal static Problem NothingToRemove(AppName app) => new(
        EndpointMissing, "An app-specific SSL endpoint is not defined", $"There is nothing to remove; `berth certs:report {app}` shows what the app has.");

    internal static Problem WhatToShow() => new(
        ShowWhat, "specify either 'key' or 'crt'", "Write `berth certs:show <app> crt` or `berth certs:show <app> key`.");

    /// <param name="kind"><c>CRT</c> or <c>KEY</c>.</param>
    internal static Problem NotFound(string kind) => new(
        FileNotFound,
        $"{kind} file specified not found, please check file paths",
        "The file is read with your own rights, from the folder you are in; it must be there, readable, and below 1 MiB.");

    internal static Problem NoArchive() => new(
        ArchiveExpected,
        "Tar archive containing server.crt and server.key expected on stdin",
        "Name both files, `berth certs:add <app> server.crt server.key`, or send them: `tar c server.crt server.key | berth certs:add <app>`.");

    /// <param name="ending"><c>.crt</c> or <c>.key</c>.</param>
    /// <param name="count">How many were found.</param>
    internal static Problem Incomplete(string ending, int count) => new(
        ArchiveIncomplete,
        count == 0 ? $"Tar archive is missing {ending} file" : $"Tar archive contains more than one {ending} file",
        $"Put one file that ends in .crt and one that ends in .key into the archive. {Unchanged}");

    internal static Problem Refused(string reason) => new(
        ArchiveRefused,
        $"The archive was refused: {reason}.",
        $"Send plain files only, with names that stay inside the archive, 1 MiB in all: `tar c server.crt server.key`. {Unchanged}");

    internal static Problem Unusable(string what, string reason) => new(
        PairUnusable,
        $"The {what} cannot be used: {reason}.",
        $"Give PEM files: certificates from BEGIN CERTIFICATE on, and an RSA or ECDSA key without a passphrase. `openssl x509 -in server.crt -noout -text` and `openssl pkey -in server.key -check` show what yours hold. {Unchanged}");

    internal static Problem Foreign(string subject) => new(
        KeyForeign,
        $"The key does not belong to the certificate ({Printable.Of(subject)}).",
        $"Look for the key that the certificate's request was made with; both commands print the same for a pair: `openssl x509 -in server.crt -noout -pubkey` and `openssl pkey -in server.key -pubout`. {Unchanged}");

    internal static Problem BadAnswer(string question, string reason) => new(
        AnswerInvalid, $"{question}: {reason}.", $"Run the command again. {Unchanged}");
}
