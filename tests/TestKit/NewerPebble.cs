using Xunit;

namespace Berth.TestKit;

/// <summary>
/// Pebble 2.10 from Debian sid, for what the stable release does not speak: renewal information, profiles, dns-account-01 and
/// dns-persist-01. <c>scripts/debian-sid.sh pebble</c> fetches it, ./test calls that.
/// </summary>
public static class NewerPebble
{
    public static string Path { get; } = Checkout.File("artifacts", "sid", "usr", "bin", "pebble");

    /// <summary>Skips the test where the program is not there: it is fetched from the network.</summary>
    public static void Require() =>
        Assert.SkipUnless(File.Exists(Path), "needs pebble 2.10: run scripts/debian-sid.sh pebble");
}
