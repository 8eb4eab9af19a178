using Berth.TestKit;

namespace Berth.Specs;

/// <summary>What <c>./run</c> says on a machine that lacks something: the exact command, for the distribution it runs on.</summary>
public sealed class Starting_from_a_checkout : IDisposable
{
    // The few programs that a bare machine has.
    private const string Bare = """
        mkdir -p /tmp/bare && for name in bash cat dirname find grep id mkdir sed uname; do ln -sf "$(command -v $name)" /tmp/bare; done
        rm -f /etc/os-release; cp -r "$CHECKOUT/run" "$CHECKOUT/scripts" /tmp

        """;

    private readonly ScratchMachine _machine = new();

    [Theory]
    [InlineData("ID=debian\nVERSION_ID=13\n", "/config/debian/13/packages-microsoft-prod.deb")]
    [InlineData("ID=ubuntu\nID_LIKE=debian\n", "    sudo apt-get update && sudo apt-get install -y dotnet-sdk-10.0\n")]
    [InlineData("ID=rocky\nID_LIKE=\"rhel centos fedora\"\n", "    sudo dnf install -y dotnet-sdk-10.0\n")]
    [InlineData("ID=arch\n", "    sudo pacman -S dotnet-sdk\n")]
    [InlineData("ID=void\n", "/dotnet-install.sh | bash -s -- --channel 10.0\n")]
    public async Task names_the_command_that_installs_the_SDK_here(string system, string command)
    {
        var said = await RunAsync($"printf '{system.Replace("\n", "\\n", StringComparison.Ordinal)}' >/etc/os-release; PATH=/tmp/bare ./run --once; echo \"status $?\"");
        Assert.StartsWith(" !     Berth is built with the .NET 10 SDK, and there is none here. Install it:\n", said, StringComparison.Ordinal);
        Assert.Contains(command, said, StringComparison.Ordinal);
        Assert.EndsWith("status 1\n", said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("apt-get", "    sudo apt-get update && sudo apt-get install -y --no-install-recommends clang zlib1g-dev\n")]
    [InlineData("dnf", "    sudo dnf install -y clang zlib-devel\n")]
    [InlineData("pacman", "    sudo pacman -S --noconfirm clang zlib\n")]
    public async Task names_the_packages_of_a_native_build_as_they_are_called_here(string installer, string command)
    {
        var said = await RunAsync($$"""
            printf '#!/bin/bash\necho 10.0.100\n' >/tmp/bare/dotnet; cp /bin/true /tmp/bare/{{installer}}; chmod 755 /tmp/bare/dotnet
            rm -f /usr/include/zlib.h; mkdir -p /usr/lib/$(uname -m)-linux-gnu; touch /usr/lib/$(uname -m)-linux-gnu/libsqlite3.a
            useradd -M newcomer; PATH=/tmp/bare:$PATH runuser -u newcomer -- env PATH=/tmp/bare ./run --once; echo "status $?"
            """);
        Assert.Contains(command, said, StringComparison.Ordinal);
        Assert.EndsWith("status 1\n", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task leaves_a_daemon_alone_that_serves_the_checkout_already()
    {
        var said = await RunAsync("""
            mkdir -p .berth/home; export DOKKU_ROOT=/tmp/.berth/home DOKKU_LIB_ROOT=/tmp/.berth/lib
            $BERTH serve --detach >/dev/null
            ./run --once; echo "status $?"
            $BERTH apps:create hello | head -1; cat .berth/lib/run/daemon.json | grep -c processId; $BERTH serve --stop >/dev/null
            """);
        Assert.StartsWith(" !     A daemon serves in .berth already (process ", said, StringComparison.Ordinal);
        Assert.EndsWith("\nstatus 1\n-----> Creating hello...\n1\n", said, StringComparison.Ordinal);
    }

    public void Dispose() => _machine.Dispose();

    private async Task<string> RunAsync(string script)
    {
        Assert.SkipWhen(ScratchMachine.Missing is not null, ScratchMachine.Missing ?? "");
        var result = await _machine.RunAsync($"exec 2>&1; CHECKOUT='{Checkout.Folder}'; {Bare}{script}");
        return result.Output + result.Error;
    }
}
