using Herald.Client;

namespace Herald.Lab.Catchers;

/// <summary>What came of asking Herald for a customer.</summary>
internal abstract record RegistrationAnswer
{
    private RegistrationAnswer() { }

    public sealed record Given(Registration Registration) : RegistrationAnswer;

    /// <summary>No customer needs a handler now.</summary>
    public sealed record Nobody : RegistrationAnswer;

    /// <summary>Another handler was quicker.</summary>
    public sealed record Raced : RegistrationAnswer;

    /// <summary>No answer, or one that says "not now".</summary>
    public sealed record Later : RegistrationAnswer;

    /// <summary>Asking again will not help.</summary>
    public sealed record Refused(Reply Reply) : RegistrationAnswer;
}
