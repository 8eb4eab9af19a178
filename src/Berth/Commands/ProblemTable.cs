using Berth.Acme.Dns;
using Berth.Acme;
using Berth.Authority;
using Berth.Edge;
using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.Builds;
using Berth.Platform.Certs;
using Berth.Platform.CommandLine;
using Berth.Platform.Config;
using Berth.Platform.Domains;
using Berth.Platform.LetsEncrypt;
using Berth.Platform.Processes;
using Berth.Platform.Properties;
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
        AcmeProblems.ServerHostUnknown, AcmeProblems.ServerRefused, AcmeProblems.ServerNotTrusted, AcmeProblems.ServerTimeout,
        AcmeProblems.ServerUnreachable, AcmeProblems.ResponseInvalid, AcmeProblems.UrlInvalid, AcmeProblems.NonceRefused,
        AcmeProblems.ServerInternal, AcmeProblems.Malformed, AcmeProblems.OtherRefusal, AcmeProblems.RateLimited,
        AcmeProblems.NamePaused, AcmeProblems.Unauthorized, AcmeProblems.AccountUnknown, AcmeProblems.AccountDeactivated,
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
        AuthorityProblems.RootNotFound, AuthorityProblems.DatabaseDamaged, AuthorityProblems.DatabaseNewer,
        EdgeProblems.PortTaken, EdgeProblems.PortForbidden, EdgeProblems.AddressUnavailable, EdgeProblems.CertificateUnusable,
        EdgeProblems.TargetInvalid, EdgeProblems.OptionsInvalid, KernelProblems.AppNameInvalid, KernelProblems.DomainInvalid,
        KernelProblems.EmailInvalid, KernelProblems.StateNotWritable, KernelProblems.StateBusy, AppProblems.AppNotNamed,
        AppProblems.AppUnknown, AppProblems.AppTaken, AppProblems.AppNotConfirmed, BuildProblems.ArchiveDamaged,
        BuildProblems.ArchiveRefused, BuildProblems.ArchiveTooLarge, BuildProblems.ArchiveNotUnpacked,
        BuildProblems.ProcfileMissing, CertificateProblems.CertificateMissing, CertificateProblems.ShowWhat,
        CommandLineProblems.CommandUnknown, CommandLineProblems.FlagUnknown, CommandLineProblems.FlagValueMissing,
        CommandLineProblems.ReportFlagInvalid, CommandLineProblems.FormatInvalid, CommandLineProblems.RootNeeded,
        CommandLineProblems.ArgumentMissing, ConfigProblems.KeyInvalid, ConfigProblems.PairInvalid,
        ConfigProblems.ScopeMissing, ConfigProblems.FormatUnknown, DomainProblems.VhostLineInvalid,
        DomainProblems.DomainRefused, DomainProblems.DomainTaken, DomainProblems.DomainMissing,
        LetsEncryptProblems.EmailMissing, LetsEncryptProblems.DomainsMissing, LetsEncryptProblems.WildcardNeedsDns,
        LetsEncryptProblems.NameNotPublic, LetsEncryptProblems.GracePeriodInvalid, LetsEncryptProblems.ServerUnknown,
        LetsEncryptProblems.AuthorityOff, LetsEncryptProblems.NamesLeftOut, LetsEncryptProblems.RenewalFailed,
        LetsEncryptProblems.PropertyUnknown, LetsEncryptProblems.NotFromAcme, LetsEncryptProblems.NamesTooMany,
        LetsEncryptProblems.TrustFileInvalid, ProcessProblems.ProcfileInvalid, ProcessProblems.CommandUnsupported,
        ProcessProblems.TypeInvalid, ProcessProblems.TypeUnknown, ProcessProblems.RestartPolicyInvalid,
        ProcessProblems.PlanInvalid, ProcessProblems.ProgramMissing, ProcessProblems.ProgramRefused,
        ProcessProblems.LaunchFailed, ProcessProblems.Exited, ProcessProblems.Unhealthy, ProcessProblems.PortsExhausted,
        ProcessProblems.NotRunning, ProcessProblems.StateInUse, ProcessStateProblems.AppNotDeployed,
        ProcessStateProblems.ScaleInvalid, SettingProblems.PropertyUnknown, SettingProblems.PropertyNotGlobal,
        SettingProblems.PropertyNotPerApp, SettingProblems.PropertyMissing, StorageProblems.StateUnreadable,
        StorageProblems.StateNotDeletable, ProgramProblems.DaemonNotRunning, ProgramProblems.DaemonNotAnswering,
        ProgramProblems.DaemonAccessDenied, ProgramProblems.FolderUnreadable, ProgramProblems.DaemonAlreadyRunning,
        ProgramProblems.DaemonNotStarted, ProgramProblems.InternalError, ProgramProblems.OptionInvalid,
        ProgramProblems.ProblemUnknown, ProgramProblems.FolderMissing,
    ];
}
