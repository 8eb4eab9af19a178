namespace Berth.Platform.Plugins.Templates;

internal enum TemplateTokenKind
{
    /// <summary>A function, a keyword, true or false.</summary>
    Name,

    /// <summary><c>$name</c>; its text is without the sign, and empty for all that was given.</summary>
    Variable,

    /// <summary><c>.name</c> or a dot alone, whose text is empty.</summary>
    Field,

    Text,
    Number,

    /// <summary><c>| ( ) , := =</c>.</summary>
    Sign,
}
