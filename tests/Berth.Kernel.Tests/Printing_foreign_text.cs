using CsCheck;

namespace Berth.Kernel.Tests;

public sealed class Printing_foreign_text
{
    [Theory]
    [InlineData("plain, with é and 日本", "plain, with é and 日本")]
    [InlineData("two\nlines\tand a tab", "two\nlines\tand a tab")]
    [InlineData("\x1b]0;title\x07", "\\x1b]0;title\\x07")]
    [InlineData("over\rwritten", "over\\x0dwritten")]
    [InlineData("\u009b2J", "\\x9b2J")]
    [InlineData("right\u202eleft", "right\\u202eleft")]
    [InlineData("\x1b[31mred", "\\x1b[31mred")]
    public void spells_out_what_could_steer_a_terminal(string text, string shown) => Assert.Equal(shown, Printable.Escaped(text));

    [Theory]
    [InlineData("two\nlines\tand \x1b[2J", "two?lines?and ?[2J")]
    [InlineData("right\u202eleft\u2066", "right?left?")]
    [InlineData("next\u2028line\u2029", "next?line?")]
    [InlineData("\u200eno\u200bthing\u200f to\u061c see\ufeff", "?no?thing? to? see?")]
    [InlineData("a family: \U0001F468\u200D\U0001F469\u200D\U0001F467", "a family: \U0001F468\u200D\U0001F469\u200D\U0001F467")]
    [InlineData("plain, with é and 日本", "plain, with é and 日本")]
    public void puts_a_mark_in_place_of_what_has_no_place_in_a_line(string text, string shown) => Assert.Equal(shown, Printable.Of(text));

    [Theory]
    [InlineData("\x1b[1;31mred\x1b[0m", "\x1b[1;31mred\x1b[0m")]
    [InlineData("\x1b[2J", "\\x1b[2J")]
    [InlineData("\x1b[31", "\\x1b[31")]
    [InlineData("\x1b[31\x1b[mx", "\\x1b[31\x1b[mx")]
    public void lets_a_programs_colours_pass(string text, string shown) => Assert.Equal(shown, Printable.Escaped(text, keepColour: true));

    [Fact]
    public void never_leaves_a_control_character_but_line_end_and_tab() => Gen.String.Sample(text =>
        Assert.DoesNotContain(Printable.Escaped(text), c => char.IsControl(c) && c is not ('\n' or '\t')));

    [Fact]
    public void changes_nothing_that_is_safe() => Gen.String[Gen.Char[' ', '~'], 0, 200].Sample(text =>
        Assert.Equal(text, Printable.Escaped(text)));
}
