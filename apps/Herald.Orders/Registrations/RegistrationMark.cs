using Herald.Hosting.Text;


namespace Herald.Orders.Registrations;

/// <summary>
/// A sentence in the subscription's description that marks a handler's registration. A webhook that an administrator has set has no such
/// mark.
/// </summary>
/// <remarks>
/// People see the sentence where they see the subscription. A change of the sentence makes the webhook an administrator's.
/// </remarks>
/// <param name="Window">Within it, the handler must show a sign of life and take an event if there is one.</param>
/// <param name="HasLeft">The handler has left. Any handler can have the customer at once.</param>
internal readonly record struct RegistrationMark(TimeSpan Window, bool HasLeft)
{
    private const string Start = "Registered by its handler; window ", Left = "; left";

    public override string ToString() => $"{Start}{DurationText.Format(Window)}{(HasLeft ? Left : "")}";

    public static bool TryParse(string? description, out RegistrationMark mark)
    {
        mark = default;
        if (description?.StartsWith(Start, StringComparison.Ordinal) != true)
            return false;
        var hasLeft = description.EndsWith(Left, StringComparison.Ordinal);
        if (!DurationText.TryParse(description[Start.Length..(hasLeft ? ^Left.Length : ^0)], out var window))
            return false;
        mark = new(window, hasLeft);
        return true;
    }
}
