using Berth.Kernel;
using Berth.Platform.Plugins.Templates;
using CsCheck;

namespace Berth.Platform.Tests.Plugins;

public sealed class Rendering_a_template
{
    private static readonly Dictionary<string, string> Values = new(StringComparer.Ordinal)
    {
        ["APP"] = "shop",
        ["NAMES"] = "a b c",
        ["PORTS"] = "http:80:5000 https:443:5000",
        ["EMPTY"] = "",
        ["ON"] = "true",
    };

    [Theory]
    [InlineData("plain $scheme {text}", "plain $scheme {text}")]
    [InlineData("{{ .APP }}/{{ $APP }}/{{ $.APP }}", "shop/shop/shop")]
    [InlineData("a  {{- .APP -}}  b", "ashopb")]
    [InlineData("{{/* a word */}}x{{- /* another */ -}} ", "x")]
    [InlineData("{{ if .EMPTY }}a{{ else if eq .APP \"shop\" }}b{{ else }}c{{ end }}", "b")]
    [InlineData("{{ if and .ON (not .EMPTY) }}yes{{ end }}", "yes")]
    [InlineData("{{ range $i, $n := .NAMES | split \" \" }}{{ $i }}{{ $n }}{{ . }}{{ $.APP }};{{ end }}", "0aashop;1bbshop;2ccshop;")]
    [InlineData("{{ range .EMPTY }}x{{ else }}none{{ end }}", "none")]
    [InlineData("{{ range $p := .PORTS | split \" \" }}{{ $l := $p | split \":\" }}{{ index $l 0 }}={{ index $l 1 }} {{ end }}", "http=80 https=443 ")]
    [InlineData("{{ with .APP }}{{ . }}{{ end }}{{ with .EMPTY }}never{{ end }}", "shop")]
    [InlineData("{{ .NOPE }}{{ default \"d\" .NOPE }}", "d")]
    [InlineData("{{ .NAMES | split \" \" | join \",\" | upper }}", "A,B,C")]
    [InlineData("{{ replace \"b\" \"x\" .NAMES }}{{ len .APP }}{{ \"}}\" }}{{ `a\"b` }}{{ \"\\\"\\n\" }}", "a x c4}}a\"b\"\n")]
    [InlineData("{{ $x := 1 }}{{ $x = 2 }}{{ $x }}", "2")]
    [InlineData("{{ range seq 3 }}{{ . }}{{ end }}", "012")]
    public void carries_out_its_actions(string template, string expected) => Assert.Equal(expected, Template.Parse(template, Values.Keys).Render(Values));

    [Theory]
    [InlineData("\n\n{{ if .APP }}", 3)]
    [InlineData("{{ end }}", 1)]
    [InlineData("\n{{ $nope }}", 2)]
    [InlineData("{{ exec \"id\" }}", 1)]
    [InlineData("{{ }}", 1)]
    [InlineData("{{ .APP", 1)]
    [InlineData("{{ \"text }}", 1)]
    [InlineData("{{ .APP | 3 }}", 1)]
    [InlineData("{{ (.APP }}", 1)]
    [InlineData("{{ index .APP 0 }}", 1)]
    [InlineData("\n{{ index (split \" \" .NAMES) 9 }}", 2)]
    [InlineData("{{ range .APP }}{{ end }}", 1)]
    [InlineData("{{ := 3 }}", 1)]
    [InlineData("{{ if .APP }}{{ else nonsense }}{{ end }}", 1)]
    public void names_the_line_of_what_it_cannot_do(string template, int line)
    {
        var fault = Assert.Throws<ProblemException>(() => Template.Parse(template, Values.Keys).Render(Values));
        Assert.Equal("plugin-template-invalid", fault.Problem.Code.Id);
        Assert.StartsWith($"Line {line} of the template cannot be used: ", fault.Problem.Found, StringComparison.Ordinal);
    }

    [Fact]
    public void ends_however_often_it_is_told_to_go_round()
    {
        var template = string.Concat(Enumerable.Repeat("{{ range seq 10000 }}", 5)) + "x" + string.Concat(Enumerable.Repeat("{{ end }}", 5));
        Assert.Equal("plugin-template-invalid", Assert.Throws<ProblemException>(() => Template.Parse(template, []).Render(Values)).Problem.Code.Id);
        var deep = string.Concat(Enumerable.Repeat("{{ if .APP }}", 5000));
        Assert.Throws<ProblemException>(() => Template.Parse(deep, []));
        Assert.Throws<ProblemException>(() => Template.Parse("{{ " + new string('(', 100_000) + " }}", []));
        var chain = "{{ if .EMPTY }}" + string.Concat(Enumerable.Repeat("{{ else if .EMPTY }}", 100_000)) + "{{ end }}";
        Assert.Throws<ProblemException>(() => Template.Parse(chain, []));
    }

    [Fact]
    public void leaves_text_without_braces_as_it_is() =>
        Gen.String.Where(text => !text.Contains("{{", StringComparison.Ordinal)).Sample(text => Template.Parse(text, []).Render(Values) == text);

    [Fact]
    public void ends_in_text_or_in_a_problem()
    {
        string[] pieces =
        [
            "{{", "}}", "{{-", "-}}", " ", "if", "else", "end", "range", "with", "$x", "$i, $x", ":=", "=", ".APP", "$.NAMES", "$", ".", "|", "(", ")", "split", "join", "index",
            "eq", "\"", "`", "\" \"", "1", "-1", "99999999999999999999", "/*", "*/", "\n", "text", "é", "\\", "true", "seq", "len", ",", "{{ if .ON }}", "{{ end }}", "{{ range .NAMES | split \" \" }}",
        ];
        Gen.Frequency((20, Gen.OneOf(pieces)), (1, Gen.String)).Array[0, 25].Select(string.Concat).Sample(
            text =>
            {
                try
                {
                    _ = Template.Parse(text, Values.Keys).Render(Values);
                    return true;
                }
                catch (ProblemException e)
                {
                    return e.Problem.Code.Id == "plugin-template-invalid";
                }
            },
            iter: 20_000);
    }
}
