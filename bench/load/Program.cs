using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Berth.Acme.Protocol;
using Berth.Bench;

// load DIRECTORY TRUST CLIENTS COUNT HTTP-PORT: issues COUNT certificates with so many clients at once, each with an account of its own,
// and prints one line "per-second N", one "client-ms N" with the processor time that the client itself took for each, and one for each
// kind of request with its median and 95th percentile in milliseconds.
if (args is not [var directory, var trust, var clients, var count, var port])
{
    Console.Error.WriteLine("Usage: load DIRECTORY TRUST CLIENTS COUNT HTTP-PORT");
    return 1;
}

using var responder = new Responder(Number(port));
// Before the clock runs: making keys and requests is not the authority's work.
using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
var wanted = Enumerable.Range(0, Number(count))
    .Select(number => string.Create(CultureInfo.InvariantCulture, $"n{number}-{Environment.ProcessId}.load{number % 97}.test"))
    .Select(name => (Name: name, Csr: Finalization(name))).ToArray();
var workers = Enumerable.Range(0, Number(clients)).Select(_ => new LoadClient(new Uri(directory), trust, responder)).ToArray();

var next = -1;
var (clock, before) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
await Task.WhenAll(workers.Select(worker => Task.Factory.StartNew(() => Work(worker), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
var (wall, cpu) = (clock.Elapsed, Environment.CpuUsage.TotalTime - before);
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"per-second {wanted.Length / wall.TotalSeconds:0.0}"));
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"client-ms {cpu.TotalMilliseconds / wanted.Length:0.00}"));
Meter.Print(workers.Select(worker => worker.Meter), Console.Out);
return 0;

void Work(LoadClient worker)
{
    while (Interlocked.Increment(ref next) is var mine && mine < wanted.Length)
    {
        worker.Issue(wanted[mine].Name, wanted[mine].Csr);
    }
}

byte[] Finalization(string name)
{
    var names = new SubjectAlternativeNameBuilder();
    names.AddDnsName(name);
    var request = new CertificateRequest("", key, HashAlgorithmName.SHA256) { CertificateExtensions = { names.Build() } };
    return Encoding.ASCII.GetBytes($$"""{"csr":"{{StrictBase64Url.Encode(request.CreateSigningRequest())}}"}""");
}

static int Number(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
