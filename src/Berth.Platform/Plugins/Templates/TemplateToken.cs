namespace Berth.Platform.Plugins.Templates;

/// <summary>A word of an action.</summary>
/// <param name="Kind">Which kind of word.</param>
/// <param name="Text">What it says, without quotes.</param>
internal readonly record struct TemplateToken(TemplateTokenKind Kind, string Text);
