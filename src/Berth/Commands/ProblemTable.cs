using Berth.Acme;
using Berth.Acme.Dns;
using Berth.Authority;
using Berth.Edge;
using Berth.Installing;
using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.Builds;
using Berth.Platform.Certs;
using Berth.Platform.CommandLine;
using Berth.Platform.Config;
using Berth.Platform.Cron;
using Berth.Platform.DockerOptions;
using Berth.Platform.Domains;
using Berth.Platform.Git;
using Berth.Platform.LetsEncrypt;
using Berth.Platform.Logs;
using Berth.Platform.Networks;
using Berth.Platform.Nginx;
using Berth.Platform.Plugins;
using Berth.Platform.Ports;
using Berth.Platform.Processes;
using Berth.Platform.Processes.Checks;
using Berth.Platform.Properties;
using Berth.Platform.Proxy;
using Berth.Platform.Registries;
using Berth.Platform.Resources;
using Berth.Platform.SshKeys;
using Berth.Platform.Volumes;
using Berth.Storage;

namespace Berth.Commands;

/// <summary>Every problem there is: its code, and with it the exit status and the page in <c>docs/problems</c>.</summary>
internal static class ProblemTable
{
    public static IReadOnlyList<ProblemCode> All { get; } =
    [
        DnsProblems.ProviderUnknown, DnsProblems.SettingMissing, DnsProblems.SettingInvalid, DnsProblems.ZoneUnknown,
        DnsProblems.ZoneNotManaged, DnsProblems.ProviderRefused, DnsProblems.CredentialsRefused,
        DnsProblems.ProviderUnreachable, DnsProblems.ProgramFailed, DnsProblems.AliasMissing, DnsProblems.RecordMissing,
        AcmeProblems.ServerHostUnknown, AcmeProblems.ServerRefused, AcmeProblems.ServerNotTrusted, AcmeProblems.ClockWrong, AcmeProblems.ServerTimeout,
        AcmeProblems.ServerUnreachable, AcmeProblems.ResponseInvalid, AcmeProblems.UrlInvalid, AcmeProblems.NonceRefused,
        AcmeProblems.ServerInternal, AcmeProblems.Malformed, AcmeProblems.OtherRefusal, AcmeProblems.RateLimited,
        AcmeProblems.NamePaused, AcmeProblems.Unauthorized, AcmeProblems.AccountMissing, AcmeProblems.AccountUnknown, AcmeProblems.AccountDeactivated,
        AcmeProblems.AccountKeyInvalid, AcmeProblems.BindingRequired, AcmeProblems.BindingInvalid, AcmeProblems.ContactRefused,
        AcmeProblems.TermsNotAgreed, AcmeProblems.KeyRefused, AcmeProblems.AccountKeyTaken, AcmeProblems.KeyChangeUnsupported,
        AcmeProblems.NamesMissing, AcmeProblems.IdentifierRejected, AcmeProblems.ProfileUnknown,
        AcmeProblems.ChallengeUnsupported, AcmeProblems.ValidationRefused, AcmeProblems.ValidationDns,
        AcmeProblems.ValidationConnection, AcmeProblems.ValidationAnswer, AcmeProblems.ValidationTls,
        AcmeProblems.ValidationTimeout, AcmeProblems.CaaForbids, AcmeProblems.RequestRefused, AcmeProblems.OrderInvalid,
        AcmeProblems.OrderNotReady, AcmeProblems.ProcessingTimeout, AcmeProblems.IssuanceTimeout,
        AcmeProblems.ReusedKeyInvalid, AcmeProblems.CertificateWrong, AcmeProblems.CertificateUnreadable,
        AcmeProblems.RevocationRefused, AcmeProblems.RevocationUnsupported, AuthorityProblems.OptionsInvalid,
        AuthorityProblems.PortTaken, AuthorityProblems.AddressNotUsable, AuthorityProblems.DataInUse,
        AuthorityProblems.KeyExposed, AuthorityProblems.KeyDamaged, AuthorityProblems.KeyNotFound,
        AuthorityProblems.KeysNotFound, AuthorityProblems.RootNotFound, AuthorityProblems.DatabaseDamaged,
        AuthorityProblems.DatabaseNewer, AuthorityProblems.DatabaseNotUsable, AuthorityProblems.DatabaseNotReached,
        AuthorityProblems.CertificateLinted, AuthorityProblems.RequestWaiting, AuthorityProblems.CertificateUnfit,
        AuthorityProblems.RequestUnfit, AuthorityProblems.TokenNotUsable, AuthorityProblems.AuditBroken,
        AuthorityProblems.ClusterKeyNotFound, AuthorityProblems.ClockBehind, AuthorityProblems.KeysDiffer, AuthorityProblems.HostNotPermitted,
        EdgeProblems.PortTaken, EdgeProblems.PortForbidden, EdgeProblems.AddressUnavailable, EdgeProblems.CertificateUnusable,
        EdgeProblems.TargetInvalid, EdgeProblems.OptionsInvalid, EdgeProblems.DoorShared, EdgeProblems.DoorFailed,
        KernelProblems.AppNameInvalid, KernelProblems.DomainInvalid, KernelProblems.EmailInvalid,
        KernelProblems.StateNotWritable, KernelProblems.StateBusy, AppProblems.AppNotNamed, AppProblems.AppUnknown,
        AppProblems.AppTaken, AppProblems.AppNotConfirmed, AppProblems.AppLocked, AppProblems.AppNotLocked,
        AppProblems.AppUnlockFailed, AppProblems.AppNewNameMissing, BuildProblems.ArchiveDamaged, BuildProblems.ArchiveRefused,
        BuildProblems.ArchiveTooLarge, BuildProblems.ArchiveNotUnpacked, BuildProblems.ProcfileMissing,
        BuildProblems.BuildCanceled, BuildProblems.BuildUnknown, BuildProblems.BuildFilterInvalid,
        BuildProblems.RetentionInvalid, BuildProblems.BuildpackInvalid, BuildProblems.BuildpackMissing,
        BuildProblems.BuildDirMissing, CertificateProblems.CertificateMissing, CertificateProblems.EndpointMissing,
        CertificateProblems.ShowWhat, CertificateProblems.FileNotFound, CertificateProblems.ArchiveExpected,
        CertificateProblems.ArchiveIncomplete, CertificateProblems.ArchiveRefused, CertificateProblems.PairUnusable,
        CertificateProblems.KeyForeign, CertificateProblems.AnswerInvalid, CommandLineProblems.CommandUnknown,
        CommandLineProblems.FlagUnknown, CommandLineProblems.FlagValueInvalid, CommandLineProblems.FlagValueMissing, CommandLineProblems.ReportFlagInvalid,
        CommandLineProblems.FormatInvalid, CommandLineProblems.RootNeeded, CommandLineProblems.ArgumentMissing,
        CommandLineProblems.ArgumentUnexpected, ConfigProblems.KeyInvalid, ConfigProblems.PairInvalid,
        ConfigProblems.ScopeMissing, ConfigProblems.FormatUnknown, ConfigProblems.ValueInvalid, ConfigProblems.ImportInvalid,
        ConfigProblems.ImportSourceMissing, CronProblems.AppJsonInvalid, CronProblems.ScheduleInvalid,
        CronProblems.TaskInvalid, CronProblems.TaskUnknown, CronProblems.NotRunHere, DockerOptionProblems.OptionMissing,
        DockerOptionProblems.OptionInvalid, DockerOptionProblems.PhaseInvalid, DockerOptionProblems.ProcessInvalid,
        DockerOptionProblems.TooManyOptions, DomainProblems.VhostLineInvalid, DomainProblems.DomainRefused,
        DomainProblems.DomainTaken, DomainProblems.DomainMissing, GitProblems.HostMissing, GitProblems.HostInvalid,
        GitProblems.HostUnreachable, GitProblems.PasswordMissing, GitProblems.CredentialInvalid, GitProblems.DeployKeyMissing,
        GitProblems.DeployKeyExists, GitProblems.BranchInvalid, GitProblems.ProgramMissing, GitProblems.ProgramFailed,
        LetsEncryptProblems.EmailMissing, LetsEncryptProblems.DomainsMissing, LetsEncryptProblems.WildcardNeedsDns,
        LetsEncryptProblems.NameNotPublic, LetsEncryptProblems.GracePeriodInvalid, LetsEncryptProblems.ServerUnknown,
        LetsEncryptProblems.AuthorityOff, LetsEncryptProblems.NamesLeftOut, LetsEncryptProblems.RenewalFailed,
        LetsEncryptProblems.CurrentMissing, LetsEncryptProblems.PortMissing, LetsEncryptProblems.NotFromAcme, LetsEncryptProblems.IssuedAgain, LetsEncryptProblems.InServiceReplaced,
        LetsEncryptProblems.NamesTooMany, LetsEncryptProblems.AddressProfile, LetsEncryptProblems.TrustFileInvalid, LetsEncryptProblems.NameNotReady,
        LetsEncryptProblems.NotReady, LetsEncryptProblems.ServerSilent, LetsEncryptProblems.LimitsInvalid,
        LetsEncryptProblems.HeldBack, LetsEncryptProblems.NothingToRollBackTo, LetsEncryptProblems.BundleUnusable,
        LetsEncryptProblems.CertificateDamaged, LetsEncryptProblems.AccountKept, LetsEncryptProblems.AccountMissing, LogProblems.SettingInvalid,
        LogProblems.VectorMissing, NetworkProblems.NameMissing, NetworkProblems.NameInvalid, NetworkProblems.Unknown,
        NetworkProblems.Taken, NetworkProblems.Predefined, NetworkProblems.InUse, NetworkProblems.NotConfirmed,
        NetworkProblems.AttachInvalid, NginxProblems.ValueInvalid, NginxProblems.ConfigMissing, NginxProblems.ConfigInvalid,
        NginxProblems.LogDisabled, PluginProblems.NameInvalid, PluginProblems.NotNamed, PluginProblems.IsCore,
        PluginProblems.NotInstalled, PluginProblems.EnabledAlready, PluginProblems.DisabledAlready, PluginProblems.Exists,
        PluginProblems.SourceInvalid, PluginProblems.FetchFailed, PluginProblems.ManifestInvalid,
        PluginProblems.CommittishInvalid, PluginProblems.TriggerInvalid, PluginProblems.TriggerFailed,
        PluginProblems.NotStarted, PluginProblems.AccountMissing, PluginProblems.AccessDenied, PluginProblems.FolderUnreadable,
        PluginProblems.TemplateInvalid, PluginProblems.FormatUnknown, PortProblems.MappingMissing, PortProblems.MappingInvalid,
        PortProblems.MappingReused, PortProblems.MappingsNone, CheckProblems.ChecksFailed, CheckProblems.PlaceUnknown,
        ProcessProblems.ProcfileInvalid, ProcessProblems.CommandUnsupported, ProcessProblems.TypeInvalid,
        ProcessProblems.TypeUnknown, ProcessProblems.RestartPolicyInvalid, ProcessProblems.PlanInvalid,
        ProcessProblems.ProgramMissing, ProcessProblems.ProgramRefused, ProcessProblems.LaunchFailed, ProcessProblems.Exited,
        ProcessProblems.Unhealthy, ProcessProblems.PortsExhausted, ProcessProblems.NotRunning, ProcessProblems.StateInUse,
        ProcessProblems.ManifestInvalid, ProcessStateProblems.AppNotDeployed, ProcessStateProblems.ScaleInvalid,
        ProcessStateProblems.ScaleForbidden, ProcessStateProblems.StopUnsaved, ProcessStateProblems.AllFailed,
        ProcessStateProblems.ParallelInvalid, SettingProblems.PropertyUnknown, SettingProblems.PropertyNotGlobal,
        SettingProblems.PropertyNotPerApp, SettingProblems.PropertyMissing, SettingProblems.PropertyValueInvalid,
        ProxyProblems.ValueInvalid, ProxyProblems.TypeConfused, ProxyProblems.ParallelInvalid,
        RegistryProblems.ArgumentMissing, RegistryProblems.ServerInvalid, RegistryProblems.NotLoggedIn,
        RegistryProblems.ConfigDamaged, ResourceProblems.AmountInvalid, SshKeyProblems.KeyNotGiven, SshKeyProblems.KeyInvalid,
        SshKeyProblems.KeysTooMany, SshKeyProblems.KeyNameMissing, SshKeyProblems.KeyNameInvalid, SshKeyProblems.KeyNameTaken,
        SshKeyProblems.KeyDuplicate, SshKeyProblems.KeysNone, SshKeyProblems.KeyFormatInvalid, SshKeyProblems.RootUnfit,
        SshKeyProblems.CommandUnreadable, SshKeyProblems.CommandForbidden, SshKeyProblems.PushNotBuilt,
        SshKeyProblems.RepositoryMissing, VolumeProblems.DirectoryInvalid, VolumeProblems.ChownInvalid,
        VolumeProblems.MountInvalid, VolumeProblems.MountExists, VolumeProblems.MountMissing, VolumeProblems.EntryInvalid,
        VolumeProblems.EntryUnknown, VolumeProblems.EntryInUse, VolumeProblems.EntryDamaged, VolumeProblems.PathForeign,
        VolumeProblems.NotConfirmed, VolumeProblems.NeedsContainers, StorageProblems.StateUnreadable,
        StorageProblems.StateNotDeletable, CaProblems.NotHere, CaProblems.AlreadyHere, CaProblems.SettingInvalid,
        CaProblems.CertificateUnknown, CaProblems.AccountUnknown, CaProblems.BindingUnknown, CaProblems.PauseUnknown,
        CaProblems.IncidentUnknown, CaProblems.RecordsNotCopied, CaProblems.FileUnusable, CaProblems.BackupUnusable,
        CaProblems.TrustNotChanged, CaProblems.RootElsewhere, ProgramProblems.DaemonNotRunning,
        ProgramProblems.DaemonNotAnswering, ProgramProblems.DaemonAccessDenied, ProgramProblems.FolderUnreadable,
        ProgramProblems.DaemonAlreadyRunning, ProgramProblems.DaemonOfOtherRoot, ProgramProblems.FilesExhausted,
        ProgramProblems.DaemonNotStarted, ProgramProblems.InternalError, ProgramProblems.OptionInvalid,
        ProgramProblems.ProblemUnknown, ProgramProblems.FolderMissing, ProgramProblems.CommandElsewhere,
        ProgramProblems.DokkuRcUnreadable, ProgramProblems.SudoMissing, ProgramProblems.DaemonEnded,
        ProgramProblems.DaemonNotThere, ProgramProblems.DaemonOfSystemd, ProgramProblems.CallOversized,
        ProgramProblems.CallNotTaken, ProgramProblems.OutputNotWritten, ProgramProblems.WordForeign,
        ProgramProblems.WorkingFolderGone, InstallProblems.DokkuPresent, InstallProblems.PortHeld,
        InstallProblems.AccountUnfit, InstallProblems.SystemProgramFailed, InstallProblems.TreeUnfit,
        InstallProblems.DaemonStays,
    ];
}
