using Berth.Kernel;

namespace Berth.Acme;

public static partial class AcmeProblems
{
    internal static Problem NeedsBinding(string host, string? website) => new(
        BindingRequired,
        $"{Printable.Of(host)} registers only accounts that are bound to a customer account (external account binding).",
        website is null
            ? "Give the key id and HMAC key that it hands out, or use a certificate authority that takes accounts without a binding, such as Let's Encrypt."
            : $"Its terms are at {Printable.Of(website)}. Give the key id and HMAC key that it hands out, or use a certificate authority that takes accounts without a binding, such as Let's Encrypt.");

    internal static Problem BadBinding(string keyId) => new(
        BindingInvalid,
        $"The HMAC key of the external account binding '{Printable.Of(keyId)}' is not base64url.",
        "Copy the HMAC key from the certificate authority again, whole and without quotes.");

    internal static Problem BindingRefused(string host, string keyId, string words) => new(
        BindingInvalid,
        $"{Printable.Of(host)} does not take the external account binding '{Printable.Of(keyId)}': {words}",
        "Copy the key id and the HMAC key from the certificate authority again, whole and without quotes.");

    internal static Problem BadAccountKey(string host, string reason) => new(
        AccountKeyInvalid,
        $"The stored account key for {Printable.Of(host)} cannot be read: {Printable.Of(reason)}",
        "Restore the account's files from a backup, or remove them to register a new account.");

    internal static Problem NoAccount(string host) => new(
        AccountMissing,
        $"No account at {Printable.Of(host)} is stored that could be changed.",
        "The first order there registers one.");

    internal static Problem NoKeyChange(string host) => new(
        KeyChangeUnsupported,
        $"{Printable.Of(host)} offers no change of an account's key.",
        "Register a new account and deactivate this one.");

    internal static Problem KeyTaken(string host, string? holder) => new(
        AccountKeyTaken,
        $"The new account key belongs to an account at {Printable.Of(host)} already{(holder is null ? "" : $": {Printable.Of(holder)}")}.",
        "Change the key once more: each change makes a new one.");

    internal static Problem BadCertificateKey(string reason) => new(
        CertificateUnreadable,
        $"The certificate's private key cannot be read: {Printable.Of(reason)}",
        "Give the key as unencrypted PEM, or revoke with the account instead.");

    internal static Problem BadCertificateFile(string reason) => new(
        CertificateUnreadable,
        $"The certificate cannot be read: {Printable.Of(reason)}",
        "Give the certificate as PEM, leaf first.");

    internal static Problem ContactTaken(string host, EmailAddress? email) => new(
        ContactRefused,
        $"{(email is null ? "No e-mail address at all" : email.Text)} has another account at {Printable.Of(host)} already: the contact was not changed.",
        email is null ? "Order with that one: set no e-mail." : $"Order with that one: set the e-mail to {email.Text}.");

    internal static Problem AccountClosed(string host, string url) => new(
        AccountDeactivated,
        $"The account {Printable.Of(url)} at {Printable.Of(host)} is no longer valid.",
        "Remove the stored account to register a new one.");
}
