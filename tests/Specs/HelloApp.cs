using Berth.TestKit;

namespace Berth.Specs;

/// <summary>The example app, deployed under a name of the test's own.</summary>
internal static class HelloApp
{
    public static async Task DeployAsync(BerthServer berth, string app)
    {
        await berth.OkAsync("apps:create", app);
        await berth.OkAsync("deploy", app, Checkout.File("examples", "hello"));
    }

    public static async Task DeployWithCertificateAsync(BerthServer berth, string app)
    {
        await DeployAsync(berth, app);
        await berth.OkAsync("config:set", "--no-restart", app, "DOKKU_LETSENCRYPT_EMAIL=you@example.com");
        await berth.OkAsync("letsencrypt", app);
    }

    /// <summary>Asks the app over HTTPS with the chain verified against the authority's root.</summary>
    public static Task<string> FetchAsync(BerthServer berth, string app) => ExternalProgram.SucceedAsync("curl", CallOf(berth, app));

    /// <summary>Waits until it answers so under this name, with a certificate for it: files tell of a certificate before the edge shows it.</summary>
    public static Task AnswersAsync(BerthServer berth, string app, string answer) => Eventually.TrueAsync(async () =>
        (await ExternalProgram.RunAsync("curl", CallOf(berth, app))).Output.Contains(answer, StringComparison.Ordinal));

    private static string[] CallOf(BerthServer berth, string app) =>
        ["-sS", "--max-time", "20", "--cacert", berth.AuthorityRoot, "--connect-to", $"::127.0.0.1:{berth.HttpsPort}", $"https://{app}.localhost:{berth.HttpsPort}/"];
}
