using Berth.Acme;
using Berth.Acme.Challenges;
using Berth.Acme.Issuing;
using Berth.Acme.Protocol;
using Berth.Kernel;
using Berth.Platform.LetsEncrypt;
using Berth.Platform.LetsEncrypt.Orders;
using Berth.Platform.Tests.Support;

namespace Berth.Platform.Tests.LetsEncrypt.Orders;

/// <summary>A name that could be proved in neither way: its usual one is what is to be mended.</summary>
public sealed class Telling_of_two_ways_that_failed
{
    private const string Name = "shop.example.com";
    private static readonly WantedServer Server = new("https://ca.example/dir", new Uri("https://ca.example/dir"));

    /// <summary>Whatever way another name of the order was proved before.</summary>
    [Theory]
    [InlineData(ChallengeType.Http01, ChallengeType.TlsAlpn01, "No http-01. Then: No tls-alpn-01.")]
    [InlineData(ChallengeType.TlsAlpn01, ChallengeType.Http01, "No http-01. Before that: No tls-alpn-01.")]
    public void is_told_by_the_usual_one(string first, string second, string told)
    {
        var settings = new LetsEncryptSettings { Email = null, Servers = [Server.Word], GracePeriod = null };
        var chosen = new ChosenSolvers([new UnusedSolver(ChallengeType.Http01), new UnusedSolver(ChallengeType.TlsAlpn01)], "HTTP-01", true, new ProofHistory())
        {
            Because = "TLS-ALPN-01 proved other.example.com last time, and is tried before HTTP-01",
        };
        var attempt = new Attempt(new WantedCertificate([DomainName.Parse(Name)], [], settings, [Server]), chosen);

        attempt.TryOtherWay(chosen, Failed(first), new ServerToAsk(Server, [], []));
        var problem = attempt.Told(Failed(second)).Problem;

        Assert.Equal((told, Failed(ChallengeType.Http01).Problem.Code), (problem.Found, problem.Code));
    }

    private static ProblemException Failed(string type)
    {
        var code = type == ChallengeType.Http01 ? AcmeProblems.ValidationConnection : AcmeProblems.ValidationTls;
        var failure = new Problem(code, $"No {type}.", "Mend it.").AsException();
        failure.Data["berth-failed-names"] = new[] { new FailedName(Name, code.Id, "no", type) };
        return failure;
    }
}
