using Berth.Acme.Protocol;

namespace Berth.Authority.Validation;

/// <summary>A proof that was not found: carries what the client is told.</summary>
internal sealed class ValidationFailure(string type, string detail) : Exception(detail)
{
    internal ProblemDocument Document { get; } = new() { Type = type, Status = 403, Detail = detail };
}
