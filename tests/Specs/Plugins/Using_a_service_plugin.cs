using Berth.TestKit;

namespace Berth.Specs.Plugins;

/// <summary>
/// A plugin written as those of Dokku's data stores are, with everything of theirs that needs no Docker: a config file that all scripts
/// source, a <c>commands</c> with the help, <c>subcommands</c>, and functions on top of Dokku's.
/// </summary>
public sealed class Using_a_service_plugin : IDisposable
{
    private const string Config = """
        export PLUGIN_BASE_PATH="$PLUGIN_PATH"
        [[ -n $DOKKU_API_VERSION ]] && export PLUGIN_BASE_PATH="$PLUGIN_ENABLED_PATH"
        export PLUGIN_COMMAND_PREFIX="tiny" PLUGIN_SERVICE="Tiny" PLUGIN_DEFAULT_ALIAS="TINY"
        export PLUGIN_DATA_ROOT="$DOKKU_LIB_ROOT/services/tiny"
        """;

    private const string Own = "source \"$(dirname \"$(cd \"$(dirname \"${BASH_SOURCE[0]}\")\" && pwd)\")/functions\"";

    private static readonly (string, string)[] Scripts =
    [
        ("config", Config),
        ("functions", """
            source "$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/config"
            source "$PLUGIN_BASE_PATH/common/functions"
            source "$PLUGIN_AVAILABLE_PATH/config/functions"
            source "$PLUGIN_AVAILABLE_PATH/docker-options/functions"
            source "$PLUGIN_CORE_AVAILABLE_PATH/common/property-functions"
            verify_service() { [[ -d "$PLUGIN_DATA_ROOT/$1" ]] || dokku_log_fail "$PLUGIN_SERVICE service $1 does not exist"; }
            service_url() { echo "tiny://dokku-tiny-$1:7777"; }
            link_of() { config_all "$2" | grep "$(service_url "$1")" | cut -d: -f1 || true; }
            """),
        ("install", $"source \"$(cd \"$(dirname \"${{BASH_SOURCE[0]}}\")\" && pwd)/functions\"\nmkdir -p \"$PLUGIN_DATA_ROOT\"; chown -R \"$DOKKU_SYSTEM_USER:$DOKKU_SYSTEM_GROUP\" \"$PLUGIN_DATA_ROOT\" 2>/dev/null || true\nfn-plugin-property-setup tiny"),
        ("commands", """
            source "$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/config"
            [[ " help $PLUGIN_COMMAND_PREFIX:help " == *" $1 "* ]] || exit "$DOKKU_NOT_IMPLEMENTED_EXIT"
            source "$PLUGIN_BASE_PATH/common/functions"
            case "$1" in
              help) echo "    tiny, Plugin for managing Tiny services" ;;
              tiny:help) echo "Usage: dokku tiny[:COMMAND]" ;;
            esac
            """),
        ("subcommands/create", $"{Own}\n[[ \"$1\" == tiny:create ]] && shift 1\n[[ -n \"$1\" ]] || dokku_log_fail \"Please specify a valid name for the service\"\nmkdir \"$PLUGIN_DATA_ROOT/$1\"\ndokku_log_info2 \"Tiny container created: $1\""),
        ("subcommands/link", $$"""
            {{Own}}
            shift 1
            SERVICE="$1" APP="$2"
            verify_service "$SERVICE"
            verify_app_name "$APP"
            [[ -z "$(link_of "$SERVICE" "$APP")" ]] || dokku_log_fail "Already linked as $(link_of "$SERVICE" "$APP")"
            passed_phases=(build deploy run)
            add_passed_docker_option passed_phases[@] "--link dokku.tiny.$SERVICE:dokku-tiny-$SERVICE"
            fn-plugin-property-list-add tiny "$APP" services "$SERVICE"
            config_set "$APP" "TINY_URL=$(service_url "$SERVICE")"
            """),
        ("subcommands/unlink", $$"""
            {{Own}}
            shift 1
            SERVICE="$1" APP="$2"
            LINK="$(link_of "$SERVICE" "$APP")"
            [[ -n "$LINK" ]] || dokku_log_fail "Not linked to app $APP"
            passed_phases=(build deploy run)
            remove_passed_docker_option passed_phases[@] "--link dokku.tiny.$SERVICE:dokku-tiny-$SERVICE"
            config_unset --no-restart "$APP" "$LINK"
            plugn trigger proxy-build-config "$APP"
            """),
        ("subcommands/report", $"{Own}\nshift 1\nfor app in $(dokku_apps); do dokku_log_info2_quiet \"$app tiny information\"; dokku_log_verbose \"$(printf '%-30s %-25s' Services: \"$(fn-plugin-property-list-get tiny \"$app\" services | xargs)\")\"; done"),
        ("report", "source \"$(cd \"$(dirname \"${BASH_SOURCE[0]}\")\" && pwd)/functions\"\ndokku_log_info2_quiet \"$1 tiny information\""),
        ("pre-delete", "source \"$(cd \"$(dirname \"${BASH_SOURCE[0]}\")\" && pwd)/functions\"\nfn-plugin-property-destroy tiny \"$1\"; echo \"forgot $1\""),
    ];

    private readonly BerthServer _berth = BerthServer.WithoutDaemon();
    private readonly ScratchFolder _scratch = new();

    public Using_a_service_plugin() => Assert.SkipUnless(Environment.IsPrivilegedProcess, "the contract lets only root install plugins");

    public void Dispose()
    {
        _scratch.Dispose();
        _berth.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }

    [Theory]
    [InlineData("git")]
    [InlineData("folder")]
    [InlineData("archive")]
    public async Task links_and_unlinks_a_service_wherever_the_plugin_came_from(string from)
    {
        await _berth.OkAsync("apps:create", "shop");
        Assert.Contains("-----> Plugin tiny enabled\n", await _berth.OkAsync("plugin:install", await SourceAsync(from), "--name", "tiny"), StringComparison.Ordinal);
        Assert.Contains("    tiny  Plugin for managing Tiny services\n", await _berth.OkAsync("help"), StringComparison.Ordinal);
        Assert.Equal("Usage: dokku tiny[:COMMAND]\n", await _berth.OkAsync("tiny:help"));

        Assert.Equal("=====> Tiny container created: db\n", await _berth.OkAsync("tiny:create", "db"));
        await FailsAsync(" !     Tiny service nope does not exist\n", 1, "tiny:link", "nope", "shop");
        await FailsAsync(" !     App nobody does not exist\n", 20, "tiny:link", "db", "nobody");
        Assert.StartsWith("-----> Setting config vars\n       TINY_URL:  tiny://dokku-tiny-db:7777\n", await _berth.OkAsync("tiny:link", "db", "shop"), StringComparison.Ordinal);
        Assert.Equal("tiny://dokku-tiny-db:7777\n", await _berth.OkAsync("config:get", "shop", "TINY_URL"));
        Assert.Equal("--link dokku.tiny.db:dokku-tiny-db\n", await _berth.OkAsync("docker-options:report", "shop", "--docker-options-run"));
        await FailsAsync(" !     Already linked as TINY_URL\n", 1, "tiny:link", "db", "shop");
        Assert.Contains($"=====> shop tiny information\n       {"Services:",-30} {"db",-25}\n", await _berth.OkAsync("tiny:report"), StringComparison.Ordinal);

        Assert.Contains("-----> Unsetting TINY_URL\n", await _berth.OkAsync("tiny:unlink", "db", "shop"), StringComparison.Ordinal);
        Assert.Equal("\n", await _berth.OkAsync("docker-options:report", "shop", "--docker-options-run"));
        Assert.Contains("=====> shop tiny information\n", await _berth.OkAsync("report", "shop"), StringComparison.Ordinal);
        Assert.Contains("forgot shop\n", await _berth.OkAsync("--force", "apps:destroy", "shop"), StringComparison.Ordinal);
        Assert.Contains("-----> Plugin tiny uninstalled\n", await _berth.OkAsync("plugin:uninstall", "tiny"), StringComparison.Ordinal);
    }

    private async Task<string> SourceAsync(string kind)
    {
        var folder = await SmallPlugin.WriteAsync(_scratch, "tiny", Scripts);
        switch (kind)
        {
            case "git":
                await SmallPlugin.CommitAsync(folder, "v1");
                return $"file://{folder}";
            case "archive":
                await ExternalProgram.SucceedAsync("tar", ["-czf", _scratch["tiny.tar.gz"], "-C", _scratch.Path, "dokku-tiny"]);
                return _scratch["tiny.tar.gz"];
            default:
                return folder;
        }
    }

    private async Task FailsAsync(string error, int status, params string[] words)
    {
        var result = await _berth.RunAsync(words);
        Assert.Equal((error, status), (result.Error, result.Status));
    }
}
