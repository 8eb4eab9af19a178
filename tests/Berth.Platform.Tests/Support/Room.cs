using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.Config;
using Berth.Platform.Properties;
using Berth.Storage;
using Berth.TestKit;

namespace Berth.Platform.Tests.Support;

/// <summary>The stores of a server in a scratch folder, with one app.</summary>
internal sealed class Room : IDisposable
{
    public Room()
    {
        Store = new FileStateStore(new StateRoots(Scratch["home"], Scratch["lib"]), TimeProvider.System);
        Properties = new PropertyStore(Store, TimeProvider.System);
        Config = new ConfigStore(Store, TimeProvider.System);
        Apps = new AppCatalog(Store, TimeProvider.System);
        PrivateFolder.Ensure(Scratch[$"home/{App}"]);
    }

    public static AppName App { get; } = AppName.Parse("hello");

    public ScratchFolder Scratch { get; } = new();

    public FileStateStore Store { get; }

    public PropertyStore Properties { get; }

    public ConfigStore Config { get; }

    public AppCatalog Apps { get; }

    public string Lib(string path) => Scratch[$"lib/{path}"];

    public void Dispose() => Scratch.Dispose();
}
