using Berth.Acme.Tests.Dns;
using Berth.TestKit;

[assembly: AssemblyFixture(typeof(BindFixture))]

namespace Berth.Acme.Tests.Dns;

/// <summary>One BIND for all tests; each uses names of its own.</summary>
public sealed class BindFixture : IAsyncLifetime
{
    private NameServer? _server;

    public NameServer Server => _server!;

    public async ValueTask InitializeAsync() => _server = await NameServer.StartBindAsync("""
        sub IN NS ns1
        _acme-challenge.alias IN CNAME x.alias.sub
        *.wild IN CNAME z.alias.sub
        _acme-challenge.far IN CNAME near
        near IN CNAME y.far.sub
        _acme-challenge.circle IN CNAME round
        round IN CNAME _acme-challenge.circle
        """);

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }
}
