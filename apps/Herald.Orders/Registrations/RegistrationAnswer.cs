using Herald.Engine.Subscriptions;
using Herald.Hosting.Problems;

namespace Herald.Orders.Registrations;

/// <summary>The answer to a handler that asks for a customer.</summary>
internal abstract record RegistrationAnswer
{
    private RegistrationAnswer() { }

    public sealed record Given(Registration Registration, Secrets Secrets) : RegistrationAnswer;

    /// <summary>No customer needs a handler now.</summary>
    public sealed record Idle : RegistrationAnswer;

    public sealed record Refused(Problem Problem) : RegistrationAnswer;
}
