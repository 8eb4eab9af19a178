using Berth.Acme;
using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.CommandLine;
using Berth.Platform.LetsEncrypt.Orders;
using Berth.Platform.Properties;

namespace Berth.Platform.LetsEncrypt.Commands;

/// <summary><c>letsencrypt:account*</c>: the account that an app's certificates (or those of all apps) are ordered with.</summary>
public sealed class AccountCommands(AcmeClients clients, LetsEncryptSettingsStore settings, AttemptRecords records, PropertyStore properties, AppCatalog apps)
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
        catch (ProblemException e)
        {
            throw Retold.As(e, WordsOf(e, call));
        }
    };

    private static Problem WordsOf(ProblemException failure, CommandCall call)
    {
        var words = Parse(call);
        var (scope, email) = words.Has("--global") ? ("--global", words.At(0)) : (words.At(0) ?? "<app>", words.At(1));

        // Where no server has refused a contact, it is that of another account kept here.
        return failure.Problem.Code == AcmeProblems.ContactRefused && failure.InnerException is null && email is not null
            ? LetsEncryptProblems.OfOtherAccount(scope, email, failure.Problem)
            : LetsEncryptProblems.OfAccount(scope, words.Value(ServerFlag) ?? "", failure.Problem);
    }

    private static Arguments Parse(CommandCall call) => call.Parse(["--global"], [ServerFlag]);

    private async Task<int> ShowAsync(CommandCall call)
    {
        var (client, _, _) = await OpenAsync(call);
        var url = await client.EnsureAccountAsync(call.Cancel);
        var account = await client.GetAccountAsync(call.Cancel);
        call.Output.Headline($"Account at {client.Options.DirectoryUrl.Authority}");
        call.Output.Detail($"URL:      {Printable.Of(url, 600)}");
        call.Output.Detail($"Status:   {Printable.Of(account.Status)}");
        call.Output.Detail($"Contact:  {Printable.Of(string.Join(", ", account.Contact ?? []), 600)}");
        return 0;
    }

    private async Task<int> ContactAsync(CommandCall call)
    {
        var (client, app, words) = await OpenAsync(call, further: 1);
        var email = EmailAddress.Parse(words.At(app is null ? 0 : 1) ?? "");
        using var held = await clients.HoldAccountsAsync(call.Cancel);
        await client.ChangeContactAsync(email, call.Cancel);
        properties.Set(LetsEncryptSettingsStore.Feature, app?.Text ?? PropertyStore.Global, "email", email.Text);
        call.Output.Step($"The account at {client.Options.DirectoryUrl.Authority} has the contact {email.Text} now, and orders are placed with it");
        return 0;
    }

    private async Task<int> RotateAsync(CommandCall call)
    {
        var (client, _, _) = await OpenAsync(call);
        using var held = await clients.HoldAccountsAsync(call.Cancel);
        await client.ChangeAccountKeyAsync(KeyType.P256, call.Cancel);
        call.Output.Step($"The account at {client.Options.DirectoryUrl.Authority} has a new key");
        return 0;
    }

    private async Task<int> DeactivateAsync(CommandCall call)
    {
        var (client, app, words) = await OpenAsync(call);
        var host = client.Options.DirectoryUrl.Authority;
        await Confirmation.AskAsync(call, "the account at", host, () => LetsEncryptProblems.NotDeactivated(host));
        using var held = await clients.HoldAccountsAsync(call.Cancel);
        await client.DeactivateAccountAsync(call.Cancel);
        call.Output.Step($"The account at {host} is deactivated; its certificates stay valid");
        call.Output.Detail(call.Caller.AsCalled($"Nothing is ordered there any more until `berth letsencrypt:account-forget {app?.Text ?? "--global"}{(words.Value(ServerFlag) is { } server ? $" {ServerFlag} {Printable.Of(server)}" : "")}`: then the next order registers another"));
        return 0;
    }

    private async Task<int> ForgetAsync(CommandCall call)
    {
        var (client, _, _) = await OpenAsync(call);
        using var held = await clients.HoldAccountsAsync(call.Cancel);
        var (aside, url) = await clients.ForgetAsync(client.Options.DirectoryUrl, client.Options.Email, call.Cancel);
        call.Output.Step($"The account at {client.Options.DirectoryUrl.Authority} is put aside; the next order there registers another");
        call.Output.Detail($"It is kept in {aside}");
        foreach (var app in apps.List())
        {
            records.AccountForgotten(app, client.Options.DirectoryUrl.OriginalString, url);
        }

        return 0;
    }

    /// <param name="call">Of a command that takes an app or <c>--global</c>, and never both: the other one's account would be changed.</param>
    /// <param name="further">How many words it takes besides.</param>
    private async Task<(AcmeClient Client, AppName? App, Arguments Words)> OpenAsync(CommandCall call, int further = 0)
    {
        var words = Parse(call);
        var isGlobal = words.Has("--global");
        words.AtMost(further + (isGlobal ? 0 : 1));
        var app = isGlobal ? null : apps.Find(words.At(0));
        var read = settings.Read(app);
        string[] named = words.Value(ServerFlag) is { } server ? [server] : [.. read.Servers];
        var (servers, unusable) = clients.ServersOf(named);
        foreach (var directory in servers.Select(server => server.Directory))
        {
            if (await clients.HasAccountAsync(directory, read.Email, call.Cancel))
            {
                return (clients.ClientOf(directory, read), app, words);
            }
        }

        throw servers.Count == 0 ? unusable[0] : LetsEncryptProblems.NoAccount([.. servers.Select(server => server.Directory.Authority)], read.Email?.Text, app).AsException();
    }
}
