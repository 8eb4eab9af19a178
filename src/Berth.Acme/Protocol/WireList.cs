using System.Text.Json;

namespace Berth.Acme.Protocol;

/// <summary>JSON lets a list hold null where the type says it cannot.</summary>
internal static class WireList
{
    /// <exception cref="JsonException">An element is null.</exception>
    internal static void RequireElements<T>(IReadOnlyList<T>? list, string name) where T : class
    {
        for (var i = 0; i < list?.Count; i++)
        {
            if (list[i] is null)
            {
                throw new JsonException($"'{name}' holds null.");
            }
        }
    }
}
