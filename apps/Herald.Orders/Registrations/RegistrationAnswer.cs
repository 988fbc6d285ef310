using Herald.Hosting.Problems;

namespace Herald.Orders.Registrations;

/// <summary>What a handler that wants a customer is told.</summary>
internal abstract record RegistrationAnswer
{
    private RegistrationAnswer() { }

    public sealed record Given(Registration Registration) : RegistrationAnswer;

    /// <summary>There is no customer for it now.</summary>
    public sealed record Idle : RegistrationAnswer;

    public sealed record Refused(Problem Problem) : RegistrationAnswer;
}
