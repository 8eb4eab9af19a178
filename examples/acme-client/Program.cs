// Gets one certificate: acme-client DIRECTORY NAME WEBROOT FOLDER. Run again after a crash, it goes on with the same order.
using Berth.Acme;
using Berth.Acme.Challenges;
using Berth.Acme.Files;
using Berth.Acme.Issuing;
using Berth.Kernel;

var (directory, name, webRoot, folder) = (args[0], args[1], args[2], args[3]);
using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
using var client = new AcmeClient(new() { DirectoryUrl = new(directory) }, http, new AccountFolder(folder), TimeProvider.System);
var issuance = new Issuance(client, new OrderFile($"{folder}/order.json"), [new WebRootSolver(webRoot)]);
try
{
    var issued = await issuance.RunAsync(new() { Names = [DomainName.Parse(name)] }, StoreAsync, CancellationToken.None);
    Console.WriteLine($"{name}: from {issued.Issuer}, good until {issued.NotAfter:u}");
    return 0;
}
catch (ProblemException e)
{
    Console.Error.WriteLine($"{e.Problem.Found}\n{e.Problem.Remedy}");
    return 1;
}

ValueTask StoreAsync(IssuedCertificate issued, CancellationToken cancel)
{
    AtomicFile.Write($"{folder}/{name}.pem", issued.FullChainPem + issued.PrivateKeyPem);
    return ValueTask.CompletedTask;
}
