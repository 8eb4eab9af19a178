using Berth.Kernel;

namespace Berth.Platform.Builds;

/// <summary>The address of a buildpack, or its short form <c>owner/name</c>.</summary>
internal static class BuildpackUrl
{
    private const int LengthLimit = 2000;

    /// <returns>The whole address.</returns>
    /// <exception cref="ProblemException"><see cref="BuildProblems.BuildpackInvalid"/>.</exception>
    public static string Parse(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            throw BuildProblems.BadBuildpack("Must specify a buildpack url or reference").AsException();
        }

        if (text.Split('/') is [var owner, var name] && IsWord(owner) && IsWord(name))
        {
            return $"https://github.com/{(owner == "heroku-community" ? "heroku" : owner)}/heroku-buildpack-{name}.git";
        }

        return text.Length <= LengthLimit && !text.Any(c => char.IsControl(c) || c == ' ') && IsAddress(text)
            ? text
            : throw BuildProblems.BadBuildpack($"Invalid buildpack specified: {Printable.Of(text)}").AsException();
    }

    private static bool IsWord(string text) => text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    /// <summary>A scheme, a host, an owner and a repository: <c>https://host/owner/repo</c> or <c>git@host:owner/repo</c>.</summary>
    private static bool IsAddress(string text)
    {
        var rest = ((string[])["https://", "http://", "git://", "https@", "http@", "git@"])
            .Where(start => text.StartsWith(start, StringComparison.Ordinal))
            .Select(start => text[start.Length..])
            .FirstOrDefault();
        var afterHost = rest?.IndexOfAny(['/', ':']) ?? -1;
        var afterOwner = afterHost > 0 ? rest!.IndexOf('/', afterHost + 1) : -1;
        return afterOwner > afterHost + 1 && afterOwner < rest!.Length - 1;
    }
}
