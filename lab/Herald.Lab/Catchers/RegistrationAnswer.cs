using Herald.Client;

namespace Herald.Lab.Catchers;

/// <summary>The result of asking Herald for a customer.</summary>
internal abstract record RegistrationAnswer
{
    private RegistrationAnswer() { }

    public sealed record Given(Registration Registration) : RegistrationAnswer;

    /// <summary>No customer needs a handler now.</summary>
    public sealed record Nobody : RegistrationAnswer;

    /// <summary>Another handler was faster.</summary>
    public sealed record Raced : RegistrationAnswer;

    /// <summary>There was no answer, or one that means "not now".</summary>
    public sealed record Later : RegistrationAnswer;

    /// <summary>Herald refused, and asking again would not help.</summary>
    public sealed record Refused(Reply Reply) : RegistrationAnswer;
}
