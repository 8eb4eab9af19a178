using Berth.Kernel;
using Berth.Platform.LetsEncrypt;

namespace Berth.Platform.Tests.LetsEncrypt;

public sealed class Telling_a_remedy_later
{
    [Theory]
    [InlineData("Point shop.example.com here; once it is visible, run the command again.", "Point shop.example.com here; once it is visible, run `berth letsencrypt:enable shop`.")]
    [InlineData("Run the command again later; it goes on with the same order.", "Run `berth letsencrypt:enable shop` later; it goes on with the same order.")]
    [InlineData("Mend it. Then run the command again.", "Mend it. Then run `berth letsencrypt:enable shop`.")]
    [InlineData("`berth letsencrypt:limits shop` shows what is left.", "`berth letsencrypt:limits shop` shows what is left.")]
    public void names_the_command_that_nobody_has_run(string remedy, string told) => Assert.Equal(told, Sentences.Standing(remedy, AppName.Parse("shop")));
}
