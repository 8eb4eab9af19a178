using Berth.Kernel;

namespace Berth.Platform.Certs;

/// <summary>What can be wrong with an app's certificate files.</summary>
public static class CertificateProblems
{
    public static readonly ProblemCode CertificateMissing = new("certificate-missing", Contract: true);
    public static readonly ProblemCode ShowWhat = new("certs-show-what", Contract: true);

    internal static Problem None(AppName app) => new(
        CertificateMissing, $"{app} does not have an SSL endpoint", $"Get one with `berth letsencrypt:enable {app}`.");

    internal static Problem WhatToShow() => new(
        ShowWhat, "Please specify what to show: crt or key", "Write `berth certs:show APP crt`, or `berth certs:show APP key`.");
}
