using Berth.TestKit;

namespace Berth.Specs.Plugins;

public sealed class Sourcing_what_dokku_offers : IDisposable
{
    private readonly BerthServer _berth = BerthServer.WithoutDaemon();

    public Sourcing_what_dokku_offers() => Assert.SkipUnless(Environment.IsPrivilegedProcess, "the contract lets only root install plugins");

    public void Dispose() => _berth.DisposeAsync().AsTask().GetAwaiter().GetResult();

    [Fact]
    public async Task prints_as_dokku_prints()
    {
        Assert.Equal(
            "-----> a b\n=====> c\n       d\n !     e\nplain\n",
            (await ScriptAsync("dokku_log_info1 a b; dokku_log_info2 c; dokku_log_verbose d; dokku_log_exclaim e; dokku_log_quiet plain")).Output);
        var fail = await ScriptAsync("dokku_log_warn careful; dokku_log_fail over; echo never");
        Assert.Equal((1, "", " !     careful\n !     over\n"), (fail.Status, fail.Output, fail.Error));
        Assert.Equal("", (await ScriptAsync("dokku_log_info1_quiet x; dokku_log_verbose_quiet y; dokku_col_log_msg_quiet z", "--quiet")).Output);
        Assert.Equal(
            "=====> NAME               VERSION                                                                      \n",
            (await ScriptAsync("dokku_col_log_info2 NAME VERSION")).Output);
    }

    [Fact]
    public async Task checks_apps_with_the_contracts_statuses()
    {
        await _berth.OkAsync("apps:create", "shop");
        Assert.Equal("shop\nok\n", (await ScriptAsync("dokku_apps; verify_app_name shop; echo ok")).Output);
        var unknown = await ScriptAsync("verify_app_name nope");
        Assert.Equal((20, " !     App nope does not exist\n"), (unknown.Status, unknown.Error));
        Assert.Equal(1, (await ScriptAsync("is_valid_app_name Bad_Name")).Status);
        Assert.Equal(1, (await ScriptAsync("is_deployed shop")).Status);
    }

    [Fact]
    public async Task keeps_config_through_config_functions()
    {
        await _berth.OkAsync("domains:set-global", "localhost");
        await _berth.OkAsync("apps:create", "shop");
        var result = await ScriptAsync(
            "source \"$PLUGIN_AVAILABLE_PATH/config/functions\"; config_set --no-restart shop A=1 B='two words' >/dev/null; config_get shop B; "
            + "config_keys shop; config_unset --no-restart shop A >/dev/null; config_export app shop; config_get shop A || echo gone");
        Assert.Equal("two words\nA\nB\nexport B='two words'\ngone\n", result.Output);
    }

    [Fact]
    public async Task keeps_properties_of_its_own()
    {
        await _berth.OkAsync("apps:create", "shop");
        var result = await ScriptAsync(
            """
            source "$PLUGIN_CORE_AVAILABLE_PATH/common/property-functions"
            fn-plugin-property-setup mine
            fn-plugin-property-write mine shop color "dark blue"
            fn-plugin-property-get mine shop color
            fn-plugin-property-get-default mine shop size large
            fn-plugin-property-exists mine shop color && echo there
            fn-plugin-property-exists mine shop size || echo missing
            for each in b c; do fn-plugin-property-list-add mine shop list $each; done
            fn-plugin-property-list-add mine shop list a 1
            fn-plugin-property-list-get mine shop list | xargs
            fn-plugin-property-list-length mine shop list
            fn-plugin-property-list-get-by-index mine shop list 1
            fn-plugin-property-list-get-by-value mine shop list zz || echo no zz
            fn-plugin-property-list-remove mine shop list b
            fn-plugin-property-list-get mine shop list | xargs
            fn-plugin-property-get-all mine shop | head -1
            fn-plugin-property-delete mine shop color
            fn-plugin-property-get mine shop color
            """);
        Assert.Equal("dark blue\nlarge\nthere\nmissing\na b c\n3\nb\nno zz\na c\ncolor dark blue\n", result.Output);
        Assert.Equal("a\nc\n", await File.ReadAllTextAsync($"{_berth.Lib}/config/mine/shop/list"));
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode($"{_berth.Lib}/config/mine/shop/list"));
    }

    [Theory]
    [InlineData("common:property set ../../x shop key v")]
    [InlineData("common:property set mine ../shop key v")]
    [InlineData("common:property set mine shop ../key v")]
    [InlineData("common:property get mine shop key/../../x")]
    [InlineData("common:property nonsense mine shop key v")]
    [InlineData("common:property")]
    public async Task keeps_properties_inside_their_folder(string words)
    {
        var result = await _berth.RunAsync(words.Split(' '));
        Assert.Equal(1, result.Status);
        Assert.DoesNotContain("internal-error", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task offers_every_file_to_a_shell_that_sources_it()
    {
        var result = await ScriptAsync(
            """
            for path in "$PLUGIN_CORE_AVAILABLE_PATH" "$PLUGIN_AVAILABLE_PATH" "$PLUGIN_ENABLED_PATH"; do
              for file in "$path"/*/*functions; do (source "$file") || echo "bad: $file"; done
              ls "$path" | grep -c '^[a-z0-9]'
            done
            """);
        var count = Directory.GetDirectories($"{_berth.Lib}/core-plugins/available").Length;
        Assert.Equal((0, $"{count}\n{count + 1}\n{count + 1}\n"), (result.Status, result.Output));
    }

    [Fact]
    public async Task writes_its_files_again_when_they_were_changed_by_another_version()
    {
        await ScriptAsync("true");
        var file = $"{_berth.Lib}/core-plugins/available/config/functions";
        await File.WriteAllTextAsync(file, "broken(");
        await File.WriteAllTextAsync($"{_berth.Lib}/core-plugins/.berth", "of another version\n");
        Assert.Equal("fine\n", (await ScriptAsync("source \"$PLUGIN_AVAILABLE_PATH/config/functions\"; echo fine")).Output);
    }

    private async Task<CommandResult> ScriptAsync(string script, params string[] globals)
    {
        var program = $"{_berth.Lib}/plugins/available/script/subcommands/default";
        if (!File.Exists(program))
        {
            await SmallPlugin.InstallAsync(_berth, "script", ("subcommands/default", "true"));
        }

        await File.WriteAllTextAsync(
            program, $"#!/usr/bin/env bash\nset -eo pipefail\nsource \"$PLUGIN_CORE_AVAILABLE_PATH/common/functions\"\n{script}\n");
        return await _berth.RunAsync([.. globals, "script"]);
    }
}
