using System.Collections.Concurrent;
using Berth.Acme;
using Berth.Acme.Accounts;
using Berth.Kernel;

namespace Berth.Platform.LetsEncrypt;

/// <summary>The clients that share connections, and with them the roots they trust.</summary>
/// <param name="roots">The state of the file that names the roots; <c>default</c> for none.</param>
/// <param name="http">Makes what they share when the first is needed; asked again where it throws.</param>
internal sealed class ClientSet(FileStamp roots, Func<HttpClient> http) : IDisposable
{
    private readonly ConcurrentDictionary<(Uri Directory, string? Email, ExternalAccountBinding? Binding), AcmeClient> _clients = new();
    private readonly ConcurrentBag<AcmeClient> _left = [];
    private readonly Lazy<HttpClient> _http = new(http, LazyThreadSafetyMode.PublicationOnly);

    public FileStamp Roots => roots;

    /// <returns>Null where none was made yet.</returns>
    public AcmeClient? Find(Uri directory, EmailAddress? email, ExternalAccountBinding? binding) =>
        _clients.GetValueOrDefault((directory, email?.Text, binding));

    /// <summary>Hands out no more those that were made for a server, whose accounts are others by now: orders under way end with what they began with.</summary>
    public void Forget(Uri directory)
    {
        foreach (var key in _clients.Keys.Where(key => key.Directory == directory))
        {
            if (_clients.TryRemove(key, out var client))
            {
                _left.Add(client);
            }
        }
    }

    public AcmeClient GetOrAdd(Uri directory, EmailAddress? email, ExternalAccountBinding? binding, Func<HttpClient, AcmeClient> make) =>
        _clients.GetOrAdd((directory, email?.Text, binding), _ => make(_http.Value));

    public void Dispose()
    {
        foreach (var client in _clients.Values.Concat(_left))
        {
            client.Dispose();
        }
    }
}
