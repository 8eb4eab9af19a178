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
    private readonly Lazy<HttpClient> _http = new(http, LazyThreadSafetyMode.PublicationOnly);

    public FileStamp Roots => roots;

    /// <returns>Null where none was made yet.</returns>
    public AcmeClient? Find(Uri directory, EmailAddress? email, ExternalAccountBinding? binding) =>
        _clients.GetValueOrDefault((directory, email?.Text, binding));

    /// <summary>All that were made for a server.</summary>
    public IEnumerable<AcmeClient> At(Uri directory) => _clients.Where(pair => pair.Key.Directory == directory).Select(pair => pair.Value);

    public AcmeClient GetOrAdd(Uri directory, EmailAddress? email, ExternalAccountBinding? binding, Func<HttpClient, AcmeClient> make) =>
        _clients.GetOrAdd((directory, email?.Text, binding), _ => make(_http.Value));

    public void Dispose()
    {
        foreach (var client in _clients.Values)
        {
            client.Dispose();
        }
    }
}
