using Berth.Authority.Storage;

namespace Berth.Authority.Policy;

/// <summary>Terms of service (RFC 8555 §7.3.3): agreed to when an account is made, and again when they change.</summary>
internal sealed class TermsPolicy(Uri? terms)
{
    internal string? Current => terms?.AbsoluteUri;

    /// <exception cref="Rejection">userActionRequired.</exception>
    internal void RequireAgreement(bool isAgreed)
    {
        if (terms is not null && !isAgreed)
        {
            throw Reject.UserActionRequired(
                $"An account needs agreement to the terms of service at {terms}: read them, and send termsOfServiceAgreed.", terms);
        }
    }

    /// <summary>An account from before the terms' URL was kept has agreed to those there were.</summary>
    /// <exception cref="Rejection">userActionRequired.</exception>
    internal void RequireAgreement(AccountRecord account)
    {
        if (terms is not null && !(account.TermsAgreed && (account.Terms ?? Current) == Current))
        {
            throw Reject.UserActionRequired(
                $"The terms of service have changed; read them at {terms}, and agree with termsOfServiceAgreed in an update of the account.", terms);
        }
    }
}
