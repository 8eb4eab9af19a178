using System.Collections.Immutable;
using Berth.Kernel;

namespace Berth.Authority.Policy;

/// <summary>Decides which contacts an account may have (RFC 8555 §7.3): <c>mailto</c> URLs of one address each.</summary>
internal static class ContactPolicy
{
    internal const int Most = 10;

    private const string Scheme = "mailto:";

    internal static ImmutableArray<string> Accept(IReadOnlyList<string> contacts)
    {
        if (contacts.Count > Most)
        {
            throw Reject.InvalidContact($"An account has at most {Most} contacts, this one {contacts.Count}.");
        }

        return [.. contacts.Select(Accept)];
    }

    private static string Accept(string contact)
    {
        if (contact is null || !contact.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            throw Reject.UnsupportedContact(
                $"The contact '{Printable.Of(contact ?? "null", 100)}' is not a mailto URL; no other kind is supported.");
        }

        var address = contact[Scheme.Length..];
        return EmailAddress.TryParse(address, out var parsed) && parsed.Text == address
            ? Scheme + address
            : throw Reject.InvalidContact(
                $"'{Printable.Of(address, 100)}' is not one plain e-mail address; header fields and lists are not supported.");
    }
}
