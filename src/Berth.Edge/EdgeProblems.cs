using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Berth.Kernel;

namespace Berth.Edge;

/// <summary>What can go wrong between visitors and apps.</summary>
public static class EdgeProblems
{
    public static readonly ProblemCode PortTaken = new("edge-port-taken");
    public static readonly ProblemCode PortForbidden = new("edge-port-forbidden");
    public static readonly ProblemCode AddressUnavailable = new("edge-address-unavailable");
    public static readonly ProblemCode CertificateUnusable = new("edge-certificate-unusable");
    public static readonly ProblemCode TargetInvalid = new("edge-target-invalid");
    public static readonly ProblemCode OptionsInvalid = new("edge-options-invalid");
    public static readonly ProblemCode DoorShared = new("edge-door-shared");
    public static readonly ProblemCode DoorFailed = new("edge-door-failed");

    internal static Problem TakenPort(IPEndPoint endpoint, PortHolder? holder) => new(
        PortTaken,
        holder is null
            ? $"Port {Text(endpoint)} is taken by another program."
            : $"Port {Text(endpoint)} is taken by {holder}.",
        holder is null
            ? $"See who listens on it with: sudo ss -ltnp 'sport = :{Text(endpoint)}'. Stop that program, or give Berth another port."
            : $"Stop {holder.Program} (and keep it from starting again), or give Berth another port.");

    internal static Problem ForbiddenPort(IPEndPoint endpoint) => new(
        PortForbidden,
        $"This user may not listen on port {Text(endpoint)}: ports below 1024 are reserved.",
        "Run Berth as root or from its systemd unit, or allow the binary with: sudo setcap cap_net_bind_service=+ep $(readlink -f $(command -v berth)). "
        + "Or give it a port from 1024 up.");

    internal static Problem UnavailableAddress(IPEndPoint endpoint, string reason) => new(
        AddressUnavailable,
        $"Cannot listen on {endpoint}: {reason}.",
        "List this machine's addresses with: ip -brief address. Berth listens on all of them unless told otherwise.");

    internal static Problem UnusableCertificate(EdgeCertificate certificate, string reason) => new(
        CertificateUnusable,
        $"The certificate {certificate} cannot be served: {reason}",
        "Visitors of its names see the self-signed fallback meanwhile. Check that the chain file starts with the leaf and that the key "
        + "is its own and not encrypted, or order a new one.");

    internal static Problem InvalidTarget(string text) => new(
        TargetInvalid,
        $"'{Printable.Of(text)}' is not an address that an app can listen on.",
        "Write it as http://127.0.0.1:5000: the scheme http, a host, a port, no path.");

    internal static Problem InvalidOptions(ImmutableArray<string> faults) => new(
        OptionsInvalid,
        $"The edge's settings hold {faults.Length.ToString(CultureInfo.InvariantCulture)} fault(s).",
        "Correct each line below, then start again.")
    {
        Details = faults,
    };

    internal static Problem SharedDoor(EdgePort port) => new(
        DoorShared,
        $"Port {Text(port)} speaks {(port.Secure ? "HTTP" : "HTTPS")} already, for an app that asked first.",
        "A port has one scheme for all apps: use the same one, or another port. `berth ports:report` shows who asks for what.");

    internal static Problem TooManyDoors(EdgePort port, int most) => new(
        DoorFailed,
        $"Port {Text(port)} was not opened: the edge listens on {most.ToString(CultureInfo.InvariantCulture)} further ports already.",
        "Take mappings off that nobody uses; `berth ports:report` shows them.");

    internal static Problem FailedDoor(EdgePort port, string reason) => new(
        DoorFailed,
        $"Port {Text(port)} could not be opened: {Printable.Of(reason)}",
        "Choose another port with `berth ports:set`, or mend what the message says; the next change of any app tries again.");

    private static string Text(EdgePort port) => port.Number.ToString(CultureInfo.InvariantCulture);

    private static string Text(IPEndPoint endpoint) => endpoint.Port.ToString(CultureInfo.InvariantCulture);
}
