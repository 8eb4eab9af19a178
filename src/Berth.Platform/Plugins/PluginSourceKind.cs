namespace Berth.Platform.Plugins;

/// <summary>How a plugin is fetched.</summary>
internal enum PluginSourceKind
{
    /// <summary>Cloned by the git program, from elsewhere or from a folder that is a repository.</summary>
    Git,

    /// <summary>Copied from a folder on this machine.</summary>
    Folder,

    /// <summary>Unpacked from a gzipped tar file on this machine.</summary>
    LocalArchive,

    /// <summary>Unpacked from a gzipped tar file fetched over HTTP.</summary>
    RemoteArchive,
}
