using System.Text;
using Berth.Acme.Challenges;
using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.Certs;
using Berth.Storage;

namespace Berth.Platform.LetsEncrypt.Challenges;

/// <summary>What has proved each name of an app so far, beside its certificates.</summary>
public sealed class ProofFiles(IStateStore store)
{
    // A hint: one that cannot be read is none.
    public ProofHistory Read(AppName app) =>
        store.ReadOrNull(PathOf(app)) is { } text && ProofHistory.TryParseJson(Encoding.UTF8.GetBytes(text), out var history) ? history : new ProofHistory();

    public void Write(AppName app, ProofHistory history)
    {
        var text = Encoding.UTF8.GetString(history.ToJson());

        try
        {
            // Most renewals teach nothing new.
            if (store.ReadOrNull(PathOf(app)) != text)
            {
                store.WriteUnsynced(PathOf(app), text);
            }
        }
        catch (ProblemException)
        {
            // A hint that cannot be kept fails no order.
        }
    }

    private static StatePath PathOf(AppName app) => AppCatalog.FolderOf(app).Slash("letsencrypt", "proofs.json");
}
