using Berth.Acme;
using Berth.Acme.Protocol;
using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.CommandLine;
using Berth.Platform.LetsEncrypt.Orders;
using Berth.Platform.Properties;

namespace Berth.Platform.LetsEncrypt.Commands;

/// <summary><c>letsencrypt:account*</c>: the account that an app's certificates (or those of all apps) are ordered with.</summary>
public sealed class AccountCommands(AcmeClients clients, LetsEncryptSettingsStore settings, AttemptRecords records, ICertificateManager manager, PropertyStore properties, AppCatalog apps)
{
    private const string Scope = "<app>|--global";
    private const string ServerFlag = "--server";

    public IReadOnlyList<Command> All =>
    [
        new("letsencrypt:account", $"{Scope} [--server <server>]", "Show the account at the certificate authority", Told(ShowAsync)) { NeedsDaemon = true },
        new("letsencrypt:account-contact", $"{Scope} <email> [--server <server>]", "Change the account's contact", Told(ContactAsync)) { NeedsDaemon = true },
        new("letsencrypt:account-deactivate", $"{Scope} [--server <server>]", "End the account for good", Told(DeactivateAsync)) { NeedsDaemon = true },
        new("letsencrypt:account-forget", $"{Scope} [--server <server>]", "Put the stored account aside; the next order registers another", Told(ForgetAsync)) { NeedsDaemon = true },
        new("letsencrypt:account-rotate-key", $"{Scope} [--server <server>]", "Give the account a new key", Told(RotateAsync)) { NeedsDaemon = true },
    ];

    // What mends an account is a command for this app, or for all.
    private static CommandBody Told(CommandBody run) => async call =>
    {
        try
        {
            return await run(call);
        }
        catch (ProblemException e) when (e.InnerException is not ProblemException)
        {
            // Any other has been told of already.
            throw Retold.As(e, WordsOf(e, call, Typed(call).Value(ServerFlag)));
        }
    };

    private static Problem WordsOf(ProblemException failure, CommandCall call, string? server)
    {
        var words = Typed(call);
        var (scope, email) = words.Has("--global") ? ("--global", words.At(0)) : (words.At(0) ?? "<app>", words.At(1));
        if (failure.Problem.Code == AcmeProblems.Unauthorized)
        {
            return LetsEncryptProblems.OfRefusedAccount(scope, server ?? "", failure.Problem);
        }

        // Where no server has refused a contact, it is that of another account kept here.
        return failure.Problem.Code == AcmeProblems.ContactRefused && failure.InnerException is null && email is not null
            ? LetsEncryptProblems.OfOtherAccount(scope, email, failure.Problem)
            : LetsEncryptProblems.OfAccount(scope, server ?? "", failure.Problem);
    }

    private static Arguments Typed(CommandCall call) => call.Parse(["--global"], [ServerFlag]);

    private async Task<int> ShowAsync(CommandCall call)
    {
        var (client, app, words) = await OpenAsync(call);
        var url = await client.EnsureAccountAsync(call.Cancel);
        var account = await ReadAsync(client, app, words, call);
        call.Output.Headline($"Account at {client.Options.DirectoryUrl.Authority}");
        call.Output.Detail($"URL:      {Printable.Of(url, 600)}");
        call.Output.Detail($"Status:   {Printable.Of(account.Status)}");
        call.Output.Detail($"Contact:  {Printable.Of(string.Join(", ", account.Contact ?? []), 600)}");
        return 0;
    }

    // An app may have several, and only the first of its servers is asked.
    private async Task<Account> ReadAsync(AcmeClient client, AppName? app, Arguments words, CommandCall call)
    {
        try
        {
            return await client.GetAccountAsync(call.Cancel);
        }
        catch (ProblemException e) when (words.Value(ServerFlag) is null)
        {
            var told = WordsOf(e, call, client.Options.DirectoryUrl.OriginalString);
            var all = await AccountsAsync(ServersOf(app), settings.Read(app), call.Cancel);
            var other = all.Select(each => each.Options.DirectoryUrl).FirstOrDefault(directory => directory != client.Options.DirectoryUrl);
            throw Retold.As(e, other is null ? told : told with { Remedy = $"{Sentences.Ended(told.Remedy)} `berth letsencrypt:account {app?.Text ?? "--global"} {ServerFlag} {other.OriginalString}` shows the account at {other.Authority}." });
        }
    }

    // At each server that it is used at: the address is a part of what an account is found by, and another would be registered where it is not known.
    private async Task<int> ContactAsync(CommandCall call)
    {
        var (app, words) = Parse(call, further: 1);
        var email = EmailAddress.Parse(words.At(app is null ? 0 : 1) ?? "");
        await settings.MigrateAsync(app, call.Cancel);
        var used = await AccountsAsync(ServersOf(app), settings.Read(app), call.Cancel);
        AcmeClient[] accounts = words.Value(ServerFlag) is null ? [.. used] : [];
        ProblemException? failure = null;
        foreach (var client in accounts.Length > 0 ? accounts : [await OpenAsync(app, words, call.Cancel)])
        {
            try
            {
                await client.ChangeContactAsync(email, call.Cancel);
                used.RemoveAll(other => other.Options.DirectoryUrl == client.Options.DirectoryUrl);
                call.Output.Step($"The account at {client.Options.DirectoryUrl.Authority} has the contact {email.Text} now");
            }
            catch (ProblemException e) when (accounts.Length > 1)
            {
                call.Output.Warn($"{client.Options.DirectoryUrl.Authority}: {e.Problem.Found}");
                failure ??= e;
            }
        }

        if (failure is not null)
        {
            // The first that is left is the one that has failed first.
            var at = used[0].Options.DirectoryUrl;
            var told = AcmeProblems.IsTransient(failure.Problem.Code) ? LetsEncryptProblems.AskedAgain(failure.Problem, app, email, at) : WordsOf(failure, call, at.OriginalString);
            throw LetsEncryptProblems.ContactOfSome(told).AsException(failure);
        }

        if (used.Count > 0)
        {
            call.Output.Detail(call.Caller.AsCalled($"Orders are placed as before: `berth letsencrypt:account-contact {app?.Text ?? "--global"} {email.Text}` changes the account at {used[0].Options.DirectoryUrl.Authority} too, and the e-mail address that is set"));
            return 0;
        }

        properties.Set(LetsEncryptSettingsStore.Feature, app?.Text ?? PropertyStore.Global, "email", email.Text);
        call.Output.Detail($"Orders are placed with {email.Text} from now on");
        return 0;
    }

    private async Task<int> RotateAsync(CommandCall call)
    {
        var (client, _, _) = await OpenAsync(call);
        await client.ChangeAccountKeyAsync(KeyType.P256, call.Cancel);
        call.Output.Step($"The account at {client.Options.DirectoryUrl.Authority} has a new key");
        return 0;
    }

    private async Task<int> DeactivateAsync(CommandCall call)
    {
        var (client, app, words) = await OpenAsync(call);
        var host = client.Options.DirectoryUrl.Authority;
        await Confirmation.AskAsync(call, "the account at", host, () => LetsEncryptProblems.NotDeactivated(host));
        await client.DeactivateAccountAsync(call.Cancel);
        call.Output.Step($"The account at {host} is deactivated; its certificates stay valid");
        call.Output.Detail(call.Caller.AsCalled($"Nothing is ordered there any more until {LetsEncryptProblems.ToForget(app?.Text ?? "--global", words.Value(ServerFlag) ?? "")}: then the next order registers another"));
        return 0;
    }

    private async Task<int> ForgetAsync(CommandCall call)
    {
        var (client, _, _) = await OpenAsync(call);
        var aside = await clients.ForgetAsync(client, call.Cancel);
        call.Output.Step($"The account at {client.Options.DirectoryUrl.Authority} is put aside; the next order there registers another");
        foreach (var folder in aside)
        {
            call.Output.Detail($"It is kept in {folder}");
        }

        var server = client.Options.DirectoryUrl.OriginalString;
        foreach (var app in apps.List().Where(app => records.IsHeldByAccount(app, server)))
        {
            await GoOnAsync(app, server, call);
        }

        return 0;
    }

    private async Task GoOnAsync(AppName app, string server, CommandCall call)
    {
        try
        {
            using var held = await manager.HoldAsync(app, call.Output, call.Cancel);
            records.AccountForgotten(app, server);
        }
        catch (ProblemException e)
        {
            // Destroyed meanwhile, or its files cannot be written: the others go on.
            call.Output.Warn($"{app}: {e.Problem.Found}");
        }
    }

    private async Task<(AcmeClient Client, AppName? App, Arguments Words)> OpenAsync(CommandCall call)
    {
        var (app, words) = Parse(call);
        return (await OpenAsync(app, words, call.Cancel), app, words);
    }

    /// <param name="call">Of a command that takes an app or <c>--global</c>, and never both: the other one's account would be changed.</param>
    /// <param name="further">How many words it takes besides.</param>
    private (AppName? App, Arguments Words) Parse(CommandCall call, int further = 0)
    {
        var words = Typed(call);
        var isGlobal = words.Has("--global");
        words.AtMost(further + (isGlobal ? 0 : 1));
        return (isGlobal ? null : apps.Find(words.At(0)), words);
    }

    // The one that orders are placed with first.
    private async Task<AcmeClient> OpenAsync(AppName? app, Arguments words, CancellationToken cancel)
    {
        var read = settings.Read(app);
        string[] named = words.Value(ServerFlag) is { } server ? [server] : [.. read.Servers];
        var (servers, unusable) = clients.ServersOf(named);
        return (await AccountsAsync(servers, read, cancel)).FirstOrDefault()
            ?? throw (servers.Count == 0 ? unusable[0] : LetsEncryptProblems.NoAccount([.. servers.Select(server => server.Directory.Authority)], read.Email?.Text, app).AsException());
    }

    private async Task<List<AcmeClient>> AccountsAsync(IEnumerable<WantedServer> servers, LetsEncryptSettings read, CancellationToken cancel)
    {
        var accounts = new List<AcmeClient>();
        foreach (var server in servers)
        {
            if (await clients.HasAccountAsync(server.Directory, read.Email, cancel))
            {
                accounts.Add(clients.ClientOf(server.Directory, read));
            }
        }

        return accounts;
    }

    // What is set for all apps concerns each that has no address of its own, whatever server it is ordered from.
    private IReadOnlyList<WantedServer> ServersOf(AppName? app) => clients.ServersOf(
    [
        .. settings.Read(app).Servers,
        .. app is not null ? [] : apps.List().Where(each => settings.Own(each, "email") is null).SelectMany(each => AcmeServers.Split(settings.Effective(each, "server"))),
    ]).Servers;
}
