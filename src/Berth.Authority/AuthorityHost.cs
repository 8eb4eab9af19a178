using System.Net;
using System.Net.Sockets;
using Berth.Authority.Front;
using Berth.Kernel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Berth.Authority;

/// <summary>Kestrel with nothing else: one delegate, TLS on the ACME endpoints, limits for strangers.</summary>
internal static class AuthorityHost
{
    internal static WebApplication Build(
        AuthorityOptions options, EndpointCertificate certificate, AcmeFront front, ILoggerFactory logs)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = "/" });
        builder.Services.AddSingleton(logs);
        var connections = new ClientConnections(options.ConnectionsPerClient);
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            Limit(kestrel);
            foreach (var endpoint in options.Listen)
            {
                kestrel.Listen(endpoint, listen =>
                {
                    listen.Use(connections.Guard);
                    listen.UseHttps(new TlsHandshakeCallbackOptions
                    {
                        HandshakeTimeout = TimeSpan.FromSeconds(10),
                        OnConnection = hello => certificate.CurrentAsync(hello.CancellationToken),
                    });
                });
            }

            if (options.ListenHttp is { } plain)
            {
                kestrel.Listen(plain, listen => listen.Use(connections.Guard));
            }
        });
        var app = builder.Build();
        app.Run(new RequestDelegate(front.HandleAsync));
        return app;
    }

    private static void Limit(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;

        // What is longer than is read is taken and thrown away for a while: whoever sends it could not read the refusal from a connection that ended.
        kestrel.Limits.MaxRequestBodySize = 16 * AcmeFront.LongestBody;
        kestrel.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
        kestrel.Limits.MaxRequestLineSize = 4 * 1024;
        kestrel.Limits.MaxConcurrentConnections = 20_000;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        kestrel.Limits.KeepAliveTimeout = TimeSpan.FromMinutes(1);
    }

    /// <exception cref="ProblemException">The endpoint that cannot be used, and who has it where that can be found out.</exception>
    internal static async Task StartAsync(WebApplication app, AuthorityOptions options, CancellationToken cancel)
    {
        try
        {
            await app.StartAsync(cancel);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            foreach (var endpoint in options.ListenHttp is { } plain ? options.Listen.Add(plain) : options.Listen)
            {
                RefuseUnusable(endpoint);
            }

            throw AuthorityProblems.UnusableAddress(options.Listen[0].ToString(), e.Message).AsException(e);
        }
    }

    internal static int? PortOf(WebApplication app, string scheme) => app.Services.GetRequiredService<IServer>()
        .Features.Get<IServerAddressesFeature>()!.Addresses
        .Select(address => BindingAddress.Parse(address))
        .FirstOrDefault(address => address.Scheme == scheme)?.Port;

    private static void RefuseUnusable(IPEndPoint endpoint)
    {
        try
        {
            using var probe = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            probe.Bind(endpoint);
            probe.Listen();
        }
        catch (SocketException e)
        {
            throw (e.SocketErrorCode == SocketError.AddressAlreadyInUse
                ? AuthorityProblems.TakenPort(endpoint.ToString(), PortHolder.Find(endpoint.Port)?.ToString())
                : AuthorityProblems.UnusableAddress(endpoint.ToString(), e.Message)).AsException(e);
        }
    }
}
