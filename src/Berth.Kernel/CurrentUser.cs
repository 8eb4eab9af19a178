namespace Berth.Kernel;

/// <summary>The account this process acts as; the one place that asks whether it is root.</summary>
public static class CurrentUser
{
    public static uint Id { get; } = Posix.EffectiveUser();

    public static bool IsRoot => Id == 0;
}
