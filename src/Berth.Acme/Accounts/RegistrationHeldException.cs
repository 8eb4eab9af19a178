using Berth.Kernel;

namespace Berth.Acme.Accounts;

/// <summary>No account was asked for, since <see cref="IRegistrations"/> holds that back.</summary>
internal sealed class RegistrationHeldException(ProblemException cause) : Exception(cause.Message, cause)
{
    internal ProblemException Cause { get; } = cause;
}
