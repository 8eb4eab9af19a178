namespace Berth.Installing;

/// <summary>Where things lie on an installed machine.</summary>
internal static class Places
{
    public const string Account = "dokku";
    public const string Home = "/home/dokku";
    public const string Lib = "/var/lib/dokku";
    public const string Logs = "/var/log/dokku";

    /// <summary>The program, unless a package has put it into <see cref="PackagedProgram"/>.</summary>
    public const string Program = "/usr/local/bin/berth";

    public const string PackagedProgram = "/usr/bin/berth";

    /// <summary>Where Dokku's package has its program: keys, scripts and sudo rules name this path.</summary>
    public const string DokkuLink = "/usr/bin/dokku";

    /// <summary>Where Dokku installed from source has it; it stands first in most search paths.</summary>
    public const string DokkuFromSource = "/usr/local/bin/dokku";

    /// <summary>Where Dokku's packages have the program that fires triggers: scripts of plugins call it by name.</summary>
    public const string PlugnLink = "/usr/bin/plugn";

    /// <summary>What was in the way of an installation, each below its own path.</summary>
    public const string Replaced = "/var/lib/berth/replaced";

    public const string Unit = "/etc/systemd/system/berth.service";
    public const string Sudoers = "/etc/sudoers.d/berth";

    public const string BashCompletion = "/usr/local/share/bash-completion/completions/berth";
    public const string BashCompletionForDokku = "/usr/local/share/bash-completion/completions/dokku";
    public const string ZshCompletion = "/usr/local/share/zsh/site-functions/_berth";
    public const string FishCompletion = "/usr/local/share/fish/vendor_completions.d/berth.fish";
    public const string FishCompletionForDokku = "/usr/local/share/fish/vendor_completions.d/dokku.fish";
}
