namespace Berth.Platform.Builds;

/// <summary>Which command made a build, and what kind of work it is: the names Dokku's records have.</summary>
/// <param name="Text">As it stands in the record: <c>ps:rebuild</c>.</param>
/// <param name="Kind"><c>build</c> makes a new release or remakes one, <c>deploy</c> starts one that is there.</param>
/// <param name="Operation">What messages call it.</param>
public sealed record BuildSource(string Text, string Kind, string Operation)
{
    public const string BuildKind = "build";
    public const string DeployKind = "deploy";

    public static readonly BuildSource Folder = new("deploy", BuildKind, "deploy");
    public static readonly BuildSource GitHook = new("git-hook", BuildKind, "deploy");
    public static readonly BuildSource GitSync = new("git:sync", BuildKind, "deploy");
    public static readonly BuildSource GitArchive = new("git:from-archive", BuildKind, "deploy");
    public static readonly BuildSource Rebuild = new("ps:rebuild", BuildKind, "rebuild");
    public static readonly BuildSource Restart = new("ps:restart", DeployKind, "restart");
    public static readonly BuildSource Start = new("ps:start", DeployKind, "start");
    public static readonly BuildSource Config = new("config-redeploy", DeployKind, "restart");

    public override string ToString() => Text;
}
