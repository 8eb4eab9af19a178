using System.Diagnostics;
using System.Globalization;
using Berth.Bench;

// load DIRECTORY TRUST CLIENTS COUNT HTTP-PORT: issues COUNT certificates with so many clients at once, each with an account of its own,
// and prints one line "per-second N" and one for each kind of request with its median and 95th percentile in milliseconds.
if (args is not [var directory, var trust, var clients, var count, var port])
{
    Console.Error.WriteLine("Usage: load DIRECTORY TRUST CLIENTS COUNT HTTP-PORT");
    return 1;
}

using var responder = new Responder(Number(port));
var meter = new Meter();
var left = Number(count);
var workers = await Task.WhenAll(Enumerable.Range(0, Number(clients)).Select(_ => LoadClient.StartAsync(new Uri(directory), trust, responder, meter)));
meter.Clear();
var clock = Stopwatch.StartNew();
await Task.WhenAll(workers.Select(worker => Task.Run(async () =>
{
    while (Interlocked.Decrement(ref left) is var number and >= 0)
    {
        await worker.IssueAsync(string.Create(CultureInfo.InvariantCulture, $"n{number}-{Environment.ProcessId}.load{number % 97}.test"));
    }
})));
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"per-second {Number(count) / clock.Elapsed.TotalSeconds:0.0}"));
meter.Print(Console.Out);
return 0;

static int Number(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
