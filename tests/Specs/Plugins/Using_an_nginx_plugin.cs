using Berth.TestKit;

namespace Berth.Specs.Plugins;

/// <summary>
/// A plugin written as those are that guard or close an app by writing files for nginx: lists of properties, a template for sigil, a file
/// in the app's <c>nginx.conf.d</c>, a reload, and triggers that follow the app. Its commands work; what nginx would do is not pretended.
/// </summary>
public sealed class Using_an_nginx_plugin : IAsyncLifetime
{
    private const string Template = """
        {{ if $GATES }}
        satisfy any;
        {{ range $gate := .GATES | split " " }}
        allow {{ $gate }};
        {{ end }}
        deny all;
        {{ else if eq $.MODE "open" }}
        allow all;
        {{ end }}
        """;

    private const string Sources = """
        source "$PLUGIN_CORE_AVAILABLE_PATH/common/functions"
        source "$PLUGIN_CORE_AVAILABLE_PATH/common/property-functions"
        source "$PLUGIN_AVAILABLE_PATH/proxy/functions"
        source "$PLUGIN_AVAILABLE_PATH/nginx-vhosts/functions"
        gates_of() { fn-plugin-property-list-get fence "$1" gates | xargs; }
        enabled() { fn-plugin-property-get-default fence "$1" enabled false; }
        write_conf() {
          mkdir -p "$DOKKU_ROOT/$1/nginx.conf.d"
          sigil -f "$PLUGIN_AVAILABLE_PATH/fence/templates/fence.conf" GATES="$(gates_of "$1")" MODE=open | cat -s >"$DOKKU_ROOT/$1/nginx.conf.d/fence.conf"
        }
        """;

    private const string Begin = "source \"$PLUGIN_AVAILABLE_PATH/fence/functions\"\nshift 1\n[[ -n \"$DOKKU_APP_NAME\" ]] && set -- \"$DOKKU_APP_NAME\" $@\nAPP=\"$1\"\nverify_app_name \"$APP\"\n";
    private const string Reload = "write_conf \"$APP\"\nvalidate_nginx \"$APP\" && restart_nginx \"$APP\" >/dev/null\n";

    private static readonly (string, string)[] Scripts =
    [
        ("functions", Sources),
        ("install", "source \"$PLUGIN_AVAILABLE_PATH/fence/functions\"\nfn-plugin-property-setup fence"),
        ("commands", "[[ \" help fence:help \" == *\" $1 \"* ]] || exit \"$DOKKU_NOT_IMPLEMENTED_EXIT\"\n"
            + "if [[ \"$1\" == help && $(ps -o command= $PPID) == *\"--all\"* ]]; then echo '    fence:close <app>, Close a gate'; else echo '    fence, Fences around apps'; fi"),
        ("subcommands/close", $"{Begin}dokku_log_info1 \"Fencing $APP...\"\nfn-plugin-property-write fence \"$APP\" enabled true\n{Reload}dokku_log_verbose \"Done\""),
        ("subcommands/allow", $"{Begin}fn-plugin-property-list-add fence \"$APP\" gates \"$2\"\n{Reload}"),
        ("subcommands/show", $"{Begin}cat \"$DOKKU_ROOT/$APP/nginx.conf.d/fence.conf\""),
        ("subcommands/page", $"{Begin}[[ -t 0 ]] && dokku_log_fail 'an archive is expected'\ntar -xvf - -C \"$(mktemp -d)\""),
        ("subcommands/type", $"{Begin}[[ \"$(get_app_proxy_type \"$APP\")\" == nginx ]] || dokku_log_warn 'not nginx'"),
        ("nginx-pre-reload", "source \"$PLUGIN_AVAILABLE_PATH/fence/functions\"\nif [[ \"$(enabled \"$1\")\" == true ]]; then write_conf \"$1\"; fi"),
        ("post-app-rename-setup", "source \"$PLUGIN_AVAILABLE_PATH/fence/functions\"\nfn-plugin-property-clone fence \"$1\" \"$2\"\nfn-plugin-property-destroy fence \"$1\"\nwrite_conf \"$2\""),
        ("post-app-clone-setup", "source \"$PLUGIN_AVAILABLE_PATH/fence/functions\"\nfn-plugin-property-clone fence \"$1\" \"$2\"\nwrite_conf \"$2\""),
        ("post-delete", "source \"$PLUGIN_AVAILABLE_PATH/fence/functions\"\nfn-plugin-property-destroy fence \"$1\""),
        ("report", "source \"$PLUGIN_AVAILABLE_PATH/fence/functions\"\ndokku_log_info2_quiet \"$1 fence information\"\ndokku_log_verbose \"$(printf '%-30s %-25s' 'Fence gates:' \"$(gates_of \"$1\")\")\""),
    ];

    private readonly BerthServer _berth = BerthServer.WithoutDaemon();
    private readonly ScratchFolder _scratch = new();
    private CommandResult _installed = null!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "the contract lets only root install plugins");
        await _berth.OkAsync("domains:set-global", "example.com");
        await _berth.OkAsync("apps:create", "shop");
        var folder = await SmallPlugin.WriteAsync(_scratch, "fence", Scripts);
        Directory.CreateDirectory($"{folder}/templates");
        await File.WriteAllTextAsync($"{folder}/templates/fence.conf", Template);
        await SmallPlugin.CommitAsync(folder, "v1");
        _installed = await _berth.RunAsync("plugin:install", $"file://{folder}");
        Assert.Equal(0, _installed.Status);
    }

    public async ValueTask DisposeAsync()
    {
        _scratch.Dispose();
        await _berth.DisposeAsync();
    }

    [Fact]
    public async Task says_what_has_no_effect_when_it_is_installed_and_whenever_it_reloads()
    {
        Assert.Contains(" !     fence writes configuration for nginx, which Berth's edge does not read: its commands run, ", _installed.Error, StringComparison.Ordinal);
        var closed = await _berth.RunAsync("fence:close", "shop");
        Assert.Equal((0, "-----> Fencing shop...\n       Done\n"), (closed.Status, closed.Output));
        Assert.Equal($" !     Berth's edge reads no nginx configuration: {_berth.Home}/shop/nginx.conf.d/fence.conf has no effect on requests\n", closed.Error);
        Assert.Equal(" !     not nginx\n", (await _berth.RunAsync("fence:type", "shop")).Error);
    }

    [Fact]
    public async Task writes_its_files_from_templates_and_follows_the_app()
    {
        await _berth.OkAsync("fence:close", "shop");
        Assert.Equal("\nallow all;\n", await _berth.OkAsync("fence:show", "shop"));
        await _berth.OkAsync("fence:allow", "shop", "192.0.2.1");
        await _berth.OkAsync("--app", "shop", "fence:allow", "198.51.100.0/24");
        const string Both = "\nsatisfy any;\n\nallow 192.0.2.1;\n\nallow 198.51.100.0/24;\n\ndeny all;\n";
        Assert.Equal(Both, await _berth.OkAsync("fence:show", "shop"));

        File.Delete($"{_berth.Home}/shop/nginx.conf.d/fence.conf");
        await _berth.OkAsync("domains:add", "shop", "www.example.com");
        Assert.Equal(Both, await _berth.OkAsync("fence:show", "shop"));

        await _berth.OkAsync("apps:rename", "shop", "store");
        await _berth.OkAsync("apps:clone", "store", "copy");
        Assert.Equal(Both, await _berth.OkAsync("fence:show", "store"));
        Assert.Equal(Both, await _berth.OkAsync("fence:show", "copy"));
        Assert.Contains($"=====> copy fence information\n       {"Fence gates:",-30} {"192.0.2.1 198.51.100.0/24",-25}\n", await _berth.OkAsync("report", "copy"), StringComparison.Ordinal);
        await _berth.OkAsync("--force", "apps:destroy", "store");
        Assert.Equal(["copy"], Directory.GetDirectories($"{_berth.Lib}/config/fence").Select(Path.GetFileName));
    }

    [Fact]
    public async Task reads_an_archive_from_its_input()
    {
        await File.WriteAllTextAsync(_scratch["page.html"], "<p>soon</p>");
        await ExternalProgram.SucceedAsync("tar", ["-cf", _scratch["page.tar"], "-C", _scratch.Path, "page.html"]);
        var result = await _berth.RunAsync(["fence:page", "shop"], await File.ReadAllTextAsync(_scratch["page.tar"]));
        Assert.Equal((0, "page.html\n"), (result.Status, result.Output));
    }

    [Fact]
    public async Task tells_its_commands_to_those_who_ask_for_all()
    {
        Assert.Contains("    fence  Fences around apps\n", await _berth.OkAsync("help"), StringComparison.Ordinal);
        Assert.Matches("    fence:close <app> +Close a gate\n", await _berth.OkAsync("help", "--all"));
    }
}
