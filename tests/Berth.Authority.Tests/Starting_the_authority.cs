using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Berth.Kernel;
using Berth.TestKit;
using Microsoft.Data.Sqlite;

namespace Berth.Authority.Tests;

public sealed class Starting_the_authority : IAsyncDisposable
{
    private readonly ScratchFolder _scratch = new();

    private AuthorityOptions Options => new()
    {
        DataFolder = _scratch["authority"],
        Listen = [new IPEndPoint(IPAddress.Loopback, 0)],
    };

    public ValueTask DisposeAsync()
    {
        _scratch.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task keeps_keys_and_database_to_its_own_user()
    {
        await using var authority = await AuthorityInScratch.StartAsync();
        var folder = authority.Options.DataFolder;

        Assert.Equal(PrivateFolder.OwnerOnly, File.GetUnixFileMode(folder));
        Assert.Equal(PrivateFolder.OwnerOnly, File.GetUnixFileMode(Path.Combine(folder, "keys")));
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(file => !file.EndsWith(".pem", StringComparison.Ordinal)))
        {
            Assert.True(File.GetUnixFileMode(file) == AtomicFile.Private, $"{file}: {File.GetUnixFileMode(file)}");
        }
    }

    [Fact]
    public async Task is_not_called_by_a_name_that_its_intermediate_may_not_certify()
    {
        var constrained = Options with { PermittedDomains = ["corp.example"], ExcludedDomains = ["secret.corp.example"] };

        var problem = await RefusedAsync(constrained with { HostNames = ["localhost", "127.0.0.1", "ca.corp.example"] });

        Assert.Equal(AuthorityProblems.HostNotPermitted, problem.Code);
        Assert.Contains("called localhost: ", problem.Found, StringComparison.Ordinal);
        Assert.Contains("corp.example and below, 127.0.0.0/8, ::1/128, not secret.corp.example", problem.Found, StringComparison.Ordinal);
    }

    [Fact]
    public async Task reports_every_fault_of_its_options_at_once_and_writes_nothing()
    {
        var problem = await RefusedAsync(Options with
        {
            DataFolder = "relative",
            Listen = [],
            HostNames = ["Ok.example", "*.example.com"],
            HttpPort = 0,
            LeafLifetime = TimeSpan.FromSeconds(1),
            OrderLifetime = TimeSpan.FromDays(40),
            AuthorizationLifetime = TimeSpan.FromDays(1),
            PublicationBase = new Uri("https://example.com/"),
            TermsOfService = new Uri("/terms", UriKind.Relative),
            ConcurrentValidations = 0,
        });

        Assert.Equal(AuthorityProblems.OptionsInvalid, problem.Code);
        Assert.Equal(11, problem.Details.Length);
        Assert.Empty(Directory.GetFileSystemEntries(_scratch.Path));
    }

    [Fact]
    public async Task names_the_program_that_has_its_port()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var endpoint = (IPEndPoint)taken.LocalEndpoint;

        var problem = await RefusedAsync(Options with { Listen = [endpoint] });

        Assert.Equal(AuthorityProblems.PortTaken, problem.Code);
        Assert.Contains(endpoint.ToString(), problem.Found, StringComparison.Ordinal);
        Assert.Contains($"(pid {Environment.ProcessId})", problem.Found, StringComparison.Ordinal);
    }

    [Fact]
    public async Task tells_an_address_that_this_machine_does_not_have()
    {
        var problem = await RefusedAsync(Options with { Listen = [new IPEndPoint(IPAddress.Parse("198.51.100.7"), 14000)] });

        Assert.Equal(AuthorityProblems.AddressNotUsable, problem.Code);
    }

    [Fact]
    public async Task refuses_a_data_folder_that_another_one_works_in()
    {
        await using var authority = await AuthorityInScratch.StartAsync();

        var problem = await RefusedAsync(Options with { DataFolder = authority.Options.DataFolder });

        Assert.Equal(AuthorityProblems.DataInUse, problem.Code);
    }

    [Theory]
    [InlineData("keys")]
    [InlineData("keys/root.key")]
    [InlineData("keys/intermediate-1.key")]
    public async Task refuses_keys_that_others_may_read(string path)
    {
        await StartOnceAsync();
        var exposed = Path.Combine(Options.DataFolder, path);
        File.SetUnixFileMode(exposed, File.GetUnixFileMode(exposed) | UnixFileMode.GroupRead);

        var problem = await RefusedAsync(Options);

        Assert.Equal(AuthorityProblems.KeyExposed, problem.Code);
        Assert.Contains($"chmod go= {exposed}", problem.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task refuses_a_key_that_is_damaged_or_not_the_certificates()
    {
        await StartOnceAsync();
        var key = Path.Combine(Options.DataFolder, "keys/intermediate-1.key");
        AtomicFile.Write(key, "garbage");
        Assert.Equal(AuthorityProblems.KeyDamaged, (await RefusedAsync(Options)).Code);

        AtomicFile.Write(key, await File.ReadAllTextAsync(Path.Combine(Options.DataFolder, "keys/root.key")));
        var problem = await RefusedAsync(Options);

        Assert.Equal(AuthorityProblems.KeyDamaged, problem.Code);
        Assert.DoesNotContain("PRIVATE", problem.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task goes_on_without_the_roots_key_and_not_without_the_root()
    {
        await StartOnceAsync();
        File.Delete(Path.Combine(Options.DataFolder, "keys/root.key"));
        await StartOnceAsync();

        File.Delete(Path.Combine(Options.DataFolder, "keys/root.pem"));
        Assert.Equal(AuthorityProblems.RootNotFound, (await RefusedAsync(Options)).Code);
    }

    [Fact]
    public async Task asks_for_the_roots_key_when_an_intermediate_must_be_made()
    {
        await StartOnceAsync();
        foreach (var file in new[] { "root.key", "intermediate-1.key", "intermediate-1.pem" })
        {
            File.Delete(Path.Combine(Options.DataFolder, "keys", file));
        }

        Assert.Equal(AuthorityProblems.KeyNotFound, (await RefusedAsync(Options)).Code);
    }

    [Fact]
    public async Task makes_no_new_root_silently_when_its_keys_are_lost()
    {
        await StartOnceAsync();
        Directory.Delete(Path.Combine(Options.DataFolder, "keys"), recursive: true);

        Assert.Equal(AuthorityProblems.KeysNotFound, (await RefusedAsync(Options)).Code);

        Assert.False(File.Exists(Path.Combine(Options.DataFolder, "keys/root.pem")));
    }

    [Fact]
    public async Task tells_a_damaged_database()
    {
        await StartOnceAsync();
        AtomicFile.Write(Path.Combine(Options.DataFolder, "authority.db"), new string('x', 5000));

        Assert.Equal(AuthorityProblems.DatabaseDamaged, (await RefusedAsync(Options)).Code);
    }

    [Fact]
    public async Task leaves_a_newer_database_alone()
    {
        await StartOnceAsync();
        await using (var database = new SqliteConnection($"Data Source={Path.Combine(Options.DataFolder, "authority.db")};Pooling=False"))
        {
            await database.OpenAsync();
            await using var command = database.CreateCommand();
            command.CommandText = "PRAGMA user_version = 9999";
            await command.ExecuteNonQueryAsync();
        }

        var problem = await RefusedAsync(Options);

        Assert.Equal(AuthorityProblems.DatabaseNewer, problem.Code);
        Assert.Contains("9999", problem.Found, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("keys/root.key")]
    [InlineData("keys/root.pem")]
    [InlineData("keys/intermediate-1.key")]
    [InlineData("keys/intermediate-1.pem")]
    [InlineData("authority.db")]
    public async Task completes_what_a_killed_first_start_left(string killedAt)
    {
        await KillWhenThereAsync(Path.Combine(Options.DataFolder, killedAt));
        var left = Directory.EnumerateFiles(Path.Combine(Options.DataFolder, "keys"))
            .Where(file => !file.EndsWith(AtomicFile.TemporaryEnding, StringComparison.Ordinal))
            .ToDictionary(file => file, File.ReadAllText);

        await StartOnceAsync();

        Assert.All(left, file => Assert.Equal(file.Value, File.ReadAllText(file.Key)));
        var keys = Path.Combine(Options.DataFolder, "keys");
        Assert.Equal(
            ["intermediate-1.key", "intermediate-1.pem", "root.key", "root.pem"],
            Directory.EnumerateFiles(keys).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        await ExternalProgram.SucceedAsync(
            "openssl", ["verify", "-x509_strict", "-CAfile", Path.Combine(keys, "root.pem"), Path.Combine(keys, "intermediate-1.pem")]);
    }

    [Theory]
    [InlineData("root.pem", "intermediate-1.key", "intermediate-1.pem")]
    [InlineData("intermediate-1.key", "intermediate-1.pem")]
    [InlineData("intermediate-1.pem")]
    public async Task completes_each_step_with_the_keys_of_the_steps_before(params string[] missing)
    {
        await StartOnceAsync();
        var keys = Path.Combine(Options.DataFolder, "keys");
        Array.ForEach(missing, file => File.Delete(Path.Combine(keys, file)));
        // The database comes after all keys: a first start that was cut short among them has none yet.
        Array.ForEach(Directory.GetFiles(Options.DataFolder, "authority.db*"), File.Delete);
        var left = Directory.EnumerateFiles(keys).ToDictionary(file => file, File.ReadAllText);

        await StartOnceAsync();

        Assert.All(left, file => Assert.Equal(file.Value, File.ReadAllText(file.Key)));
        await ExternalProgram.SucceedAsync(
            "openssl", ["verify", "-x509_strict", "-CAfile", Path.Combine(keys, "root.pem"), Path.Combine(keys, "intermediate-1.pem")]);
    }

    private async Task KillWhenThereAsync(string file)
    {
        using var child = AuthorityProcess.Start(Options.DataFolder);
        var patience = Stopwatch.StartNew();
        while (!File.Exists(file) && patience.Elapsed < TimeSpan.FromSeconds(60))
        {
            await Task.Yield();
        }

        child.Kill();
        await child.WaitForExitAsync();
        Assert.True(File.Exists(file), $"{file} never came");
    }

    private async Task StartOnceAsync()
    {
        await using var server = new AuthorityServer(
            Options, TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance);
        await server.StartAsync(CancellationToken.None);
    }

    private static async Task<Problem> RefusedAsync(AuthorityOptions options)
    {
        await using var server = new AuthorityServer(
            options, TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance);
        return (await Assert.ThrowsAsync<ProblemException>(() => server.StartAsync(CancellationToken.None))).Problem;
    }
}
