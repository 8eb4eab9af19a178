using Berth.Kernel;

namespace Berth.Acme.Issuing;

/// <summary>This order cannot succeed any more. Stays inside: the issuance gives the order up and throws the cause.</summary>
internal sealed class OrderFailedException(ProblemException cause) : Exception(cause.Message, cause)
{
    internal ProblemException Cause { get; } = cause;
}
