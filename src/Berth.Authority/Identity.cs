namespace Berth.Authority;

/// <summary>Makes the ids in URLs: UUID version 7, 32 hexadecimal digits, so that they sort by age and do not collide between machines.</summary>
internal static class Identity
{
    internal static string Next(TimeProvider time) => Guid.CreateVersion7(time.GetUtcNow()).ToString("N");
}
