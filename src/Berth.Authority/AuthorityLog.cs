using Microsoft.Extensions.Logging;

namespace Berth.Authority;

/// <summary>The module's log lines; ids 4000 to 4099, never reused.</summary>
internal static partial class AuthorityLog
{
    [LoggerMessage(4000, LogLevel.Information, "The certificate authority listens on {Endpoints}; its directory is {Directory}.")]
    internal static partial void Started(this ILogger log, string endpoints, string directory);

    [LoggerMessage(4001, LogLevel.Information, "Account {Account} has proven {Name} by {Type}.")]
    internal static partial void Proven(this ILogger log, string account, string name, string type);

    [LoggerMessage(4002, LogLevel.Information, "Account {Account} has not proven {Name} by {Type}: {Reason}")]
    internal static partial void NotProven(this ILogger log, string account, string name, string type, string? reason);

    [LoggerMessage(4003, LogLevel.Information, "Certificate {Serial} for {Names} goes to account {Account}, order {Order}.")]
    internal static partial void Issued(this ILogger log, string serial, string names, string account, string order);

    [LoggerMessage(4004, LogLevel.Information, "Certificate {Serial} is revoked, reason {Reason}.")]
    internal static partial void Revoked(this ILogger log, string serial, int reason);

    [LoggerMessage(4005, LogLevel.Error, "{Method} {Path} failed.")]
    internal static partial void RequestFailed(this ILogger log, Exception fault, string method, string path);

    [LoggerMessage(4006, LogLevel.Error, "Order {Order} could not be issued.")]
    internal static partial void IssuanceFailed(this ILogger log, Exception fault, string order);

    [LoggerMessage(4007, LogLevel.Error, "Challenge {Challenge} could not be validated.")]
    internal static partial void ValidationFailed(this ILogger log, Exception fault, string challenge);

    [LoggerMessage(4008, LogLevel.Information, "The endpoint's own certificate is {Serial}, until {NotAfter}.")]
    internal static partial void EndpointCertified(this ILogger log, string serial, string notAfter);

    [LoggerMessage(4010, LogLevel.Information, "Order {Order} is not issued: {Reason}")]
    internal static partial void IssuanceRefused(this ILogger log, string order, string? reason);

    [LoggerMessage(4011, LogLevel.Warning, "Certificate {Serial} for order {Order} is thrown away unseen: another node has decided the order meanwhile.")]
    internal static partial void IssuedTwice(this ILogger log, string serial, string order);

    [LoggerMessage(4009, LogLevel.Error, "The endpoint's own certificate could not be renewed; the next try is in {Wait}.")]
    internal static partial void EndpointNotCertified(this ILogger log, Exception fault, TimeSpan wait);

    [LoggerMessage(4050, LogLevel.Error, "The authority's housekeeping failed; it goes on in the next round.")]
    internal static partial void MaintenanceFailed(this ILogger log, Exception fault);

    [LoggerMessage(4051, LogLevel.Information, "Intermediate {Issuer} ({Subject}) signs new certificates from now on.")]
    internal static partial void Rotated(this ILogger log, string issuer, string subject);

    [LoggerMessage(4052, LogLevel.Warning, "Intermediate {Issuer} ends {NotAfter} and needs a successor; the root's key is not here: berth ca request, then berth ca sign where the root is.")]
    internal static partial void SuccessorNeeded(this ILogger log, string issuer, DateTimeOffset notAfter);

    [LoggerMessage(4053, LogLevel.Error, "The leases on work in hand could not be renewed; the next try is soon.")]
    internal static partial void LeasesNotKept(this ILogger log, Exception fault);
}
