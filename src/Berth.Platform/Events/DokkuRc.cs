using Berth.Kernel;
using Berth.Platform.Config;
using Berth.Storage;

namespace Berth.Platform.Events;

/// <summary>
/// The server's switches in <c>DOKKU_ROOT/dokkurc</c> and <c>DOKKU_ROOT/.dokkurc/*</c>: lines <c>export NAME=value</c>. Dokku runs these
/// files; here they are read, and plugins find the variables in their environment.
/// </summary>
public sealed class DokkuRc(IStateStore store)
{
    public const string Events = "DOKKU_EVENTS";
    public const string Trace = "DOKKU_TRACE";

    private static readonly StatePath Folder = StatePath.Home(".dokkurc");

    public bool IsOn(string name) => store.Exists(Folder.Slash(name));

    public void Switch(string name, bool on)
    {
        if (on)
        {
            store.Write(Folder.Slash(name), $"export {name}=1\n", AtomicFile.PublicRead);
        }
        else
        {
            store.Delete(Folder.Slash(name));
        }
    }

    /// <returns>All variables the files set, later files over earlier ones.</returns>
    /// <exception cref="ProblemException">A file cannot be read.</exception>
    public IReadOnlyDictionary<string, string> Exports()
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in store.List(Folder).Select(name => Folder.Slash(name)).Prepend(StatePath.Home("dokkurc")))
        {
            foreach (var (name, value) in EnvironmentFile.Parse(store.Read(file) ?? ""))
            {
                values[name] = value;
            }
        }

        return values;
    }
}
