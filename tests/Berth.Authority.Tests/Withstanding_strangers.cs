using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Berth.Acme;
using Berth.Acme.Protocol;
using Berth.Authority.Front;
using Berth.Authority.Policy;
using Berth.Authority.Validation;
using CsCheck;

namespace Berth.Authority.Tests;

/// <summary>What strangers send ends in a refusal, never in a failure, and takes nothing from others.</summary>
public sealed class Withstanding_strangers : WithAuthority
{
    private static readonly Gen<byte[]> Bytes = Gen.Byte.Array[0, 400];

    private protected override AuthorityOptions Change(AuthorityOptions options) => options with { ConnectionsPerClient = 8 };

    [Fact]
    public void refuses_any_bytes_as_a_JWS() => Bytes.Sample(bytes => Refused(() => JwsReader.Read(bytes, "body")));

    [Fact]
    public void refuses_a_JWS_with_anything_changed()
    {
        using var key = JwsSigningKey.Generate(KeyType.P256);
        var body = Encoding.UTF8.GetBytes(AcmeTestClient.Body(key, new JwsHeader { Alg = "ES256", Jwk = key.PublicKey, Nonce = "n", Url = "u" }, "{}"));
        Gen.Select(Gen.Int[0, body.Length - 1], Gen.Byte).Sample((place, value) =>
        {
            byte[] changed = [.. body];
            changed[place] = value;
            Refused(() =>
            {
                var (message, header, _) = JwsReader.Read(changed, "body");
                using var verifying = RequestVerifier.Import(header.Jwk!);
                RequestVerifier.CheckSignature(verifying, header, message);
            });
        });
    }

    [Fact]
    public void refuses_any_JSON_as_an_order()
    {
        var leaf = Gen.Int[0, 5].Select(number => ((string[])["null", "1e999", "\"x\"", "[]", "{}", "true"])[number]);
        var member = Gen.Int[0, 5].Select(number => ((string[])["identifiers", "notBefore", "notAfter", "profile", "replaces", "x"])[number]);
        Gen.Select(member, leaf).List[0, 6].Sample(members =>
        {
            var json = "{" + string.Join(',', members.Select(pair => $"\"{pair.Item1}\":{pair.Item2}")) + "}";
            try
            {
                JsonSerializer.Deserialize(json, AcmeJson.Default.NewOrderRequest);
            }
            catch (JsonException)
            {
                // Told as malformed.
            }
        });
    }

    [Fact]
    public void refuses_any_bytes_as_a_signing_request() => Bytes.Sample(bytes => Refused(() => SigningRequestPolicy.Read(bytes)));

    [Fact]
    public void refuses_a_signing_request_with_a_byte_changed()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var json = AcmeTestClient.Csr(key, "a.localhost", "127.0.0.1");
        StrictBase64Url.TryDecode(JsonSerializer.Deserialize(json, AcmeJson.Default.FinalizeRequest)!.Csr, out var csr);
        Gen.Select(Gen.Int[0, csr!.Length - 1], Gen.Byte[1, 255]).Sample((place, change) =>
        {
            byte[] changed = [.. csr];
            changed[place] ^= change;
            Assert.Throws<Rejection>(() => SigningRequestPolicy.Read(changed));
        });
    }

    [Fact]
    public void reads_any_text_as_an_issue_value_or_not() => Gen.String[Gen.Char['\0', '\u00ff'], 0, 80].Sample(text =>
    {
        if (IssueValue.TryParse(text, out var value))
        {
            Assert.True(value.Issuer.Length == 0 || value.Issuer.All(c => c is '.' or '-' || char.IsAsciiLetterOrDigit(c)));
        }
    });

    [Fact]
    public void refuses_any_bytes_as_a_challenge_certificate()
    {
        var target = new ValidationTarget { Name = "a", Type = ChallengeType.TlsAlpn01, Token = "t", Thumbprint = "p", AccountUrl = "u" };
        Bytes.Sample(bytes => Assert.NotNull(TlsAlpnCertificate.WhyNot(bytes, target)));
    }

    [Fact]
    public async Task takes_any_datagram_for_a_failed_look_up()
    {
        using var server = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        var serving = AnswerAsync(server);
        var view = new Perspective((IPEndPoint)server.Client.LocalEndPoint!, Authority.Options.KnownAddresses, new AddressPolicy(true, []));

        for (var i = 0; i < 30; i++)
        {
            var failure = await Record.ExceptionAsync(() => view.TextAsync("a.example", CancellationToken.None));
            Assert.True(failure is null or ValidationFailure, failure?.ToString());
        }

        server.Close();
        await serving;
    }

    [Fact]
    public async Task closes_what_one_address_opens_beyond_its_share_and_serves_again_when_there_is_room()
    {
        var sockets = new List<TcpClient>();
        for (var i = 0; i < 40; i++)
        {
            var socket = new TcpClient();
            sockets.Add(socket);
            // Beyond the share the reset can come before the connection is told.
            await Record.ExceptionAsync(() => socket.ConnectAsync(IPAddress.Loopback, Authority.Server.Directory.Port));
        }

        // Which of them are let in is for the machine to say; how many, for the authority. Those wait for ten seconds to begin with TLS.
        var ends = sockets.Select(EndAsync).ToList();
        for (var closed = 0; closed < 32; closed++)
        {
            ends.Remove(await Task.WhenAny(ends));
        }

        Assert.Equal(8, ends.Count(end => !end.IsCompleted));
        sockets.ForEach(socket => socket.Dispose());
        await TestKit.Eventually.TrueAsync(async () =>
        {
            using var http = Authority.NewHttpClient();
            return await Record.ExceptionAsync(() => http.GetStringAsync(Authority.Server.Directory)) is null;
        });
    }

    [Fact]
    public async Task cuts_off_a_client_that_sends_its_request_too_slowly()
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, Authority.Server.HttpBase!.Port);
        await socket.GetStream().WriteAsync("GET / HT"u8.ToArray());
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(40));

        var answer = new byte[1000];
        var read = await socket.GetStream().ReadAsync(answer, patience.Token);

        Assert.True(read == 0 || Encoding.ASCII.GetString(answer, 0, read).Contains(" 408 ", StringComparison.Ordinal));
    }

    private static void Refused(Action act)
    {
        try
        {
            act();
        }
        catch (Rejection)
        {
            // As it should be; anything else fails the test.
        }
    }

    private static async Task EndAsync(TcpClient socket) =>
        await Record.ExceptionAsync(async () => Assert.Equal(0, await socket.GetStream().ReadAsync(new byte[1])));

    // Echoes the question's id in front of noise, so that the answer is taken for one.
    private static async Task AnswerAsync(UdpClient server)
    {
        var random = new Random(7);
        try
        {
            while (true)
            {
                var question = await server.ReceiveAsync();
                var noise = new byte[random.Next(0, 600)];
                random.NextBytes(noise);
                byte[] answer = [question.Buffer[0], question.Buffer[1], 0x81, 0x80, .. noise];
                await server.SendAsync(answer, question.RemoteEndPoint);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }
}
