using Berth.Kernel;

namespace Berth.Platform.LetsEncrypt.Lineages;

/// <summary>An order that was asked for and came to nothing before any server was asked, for want of a setting.</summary>
/// <param name="Why">What was found then.</param>
/// <param name="Settings">What <see cref="SettingsStamp"/> said then: it stands for as long as nothing is set.</param>
public sealed record LineageRefusal(LineageFailure Why, ulong Settings)
{
    /// <summary>As it was thrown.</summary>
    public Problem AsProblem() => new(new ProblemCode(Why.Code) { IsOfSettings = true }, Why.Found, Why.Remedy) { Details = [.. Why.Details] };
}
