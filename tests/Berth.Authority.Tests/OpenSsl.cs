using Berth.TestKit;

namespace Berth.Authority.Tests;

/// <summary>A second opinion on certificates and CRLs.</summary>
internal static class OpenSsl
{
    /// <summary>Strict, with the CRL of the leaf's issuer.</summary>
    internal static Task VerifyAsync(AuthorityInScratch authority, string leaf, string chain) => VerifyAsync(
        authority, leaf, chain, arguments => ExternalProgram.SucceedAsync("openssl", arguments));

    internal static async Task<string> VerifyFailingAsync(AuthorityInScratch authority, string leaf, string chain) =>
        await VerifyAsync(authority, leaf, chain, async arguments =>
        {
            var result = await ExternalProgram.RunAsync("openssl", arguments);
            Assert.NotEqual(0, result.Status);
            return result.Output + result.Error;
        });

    private static async Task<string> VerifyAsync(
        AuthorityInScratch authority, string leaf, string chain, Func<IEnumerable<string>, Task<string>> run)
    {
        using var http = new HttpClient();
        var crl = authority[$"{Guid.NewGuid():N}.crl"];
        await using (var file = File.Create(crl))
        {
            await file.WriteAsync(await http.GetByteArrayAsync(new Uri(authority.Server.HttpBase!, "crl/1.crl")));
        }

        await ExternalProgram.SucceedAsync(
            "openssl", ["crl", "-inform", "DER", "-in", crl, "-CAfile", chain, "-noout", "-verify"]);
        await ExternalProgram.SucceedAsync("openssl", ["crl", "-inform", "DER", "-in", crl, "-out", crl + ".pem"]);
        return await run(
        [
            "verify", "-x509_strict", "-crl_check", "-CRLfile", crl + ".pem", "-purpose", "sslserver", "-CAfile",
            authority.Server.RootPath, "-untrusted", chain, leaf,
        ]);
    }
}
