namespace Berth.Platform.Networks;

/// <summary>A network as Docker would describe it.</summary>
/// <param name="Name">What users call it.</param>
/// <param name="Id">64 hexadecimal digits.</param>
/// <param name="Driver"><c>bridge</c>, <c>host</c> or <c>null</c>.</param>
/// <param name="CreatedAt">When it was made.</param>
public sealed record Network(string Name, string Id, string Driver, DateTimeOffset CreatedAt)
{
    /// <summary>Whether <c>network:create</c> made it.</summary>
    public bool IsOwn { get; init; } = true;
}
