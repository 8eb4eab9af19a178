using Berth.Kernel;

namespace Berth.Acme.Issuing;

/// <summary>The order may not be placed now. Stays inside: the issuance throws the cause.</summary>
internal sealed class OrderHeldException(ProblemException cause) : Exception(cause.Message, cause)
{
    internal ProblemException Cause { get; } = cause;
}
