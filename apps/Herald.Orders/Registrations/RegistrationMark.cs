using Herald.Hosting.Text;


namespace Herald.Orders.Registrations;

/// <summary>
/// What tells a webhook that a handler has registered for itself from one that an administrator has set: a sentence in the subscription's
/// description, where people see it too. Who changes the sentence makes the webhook an administrator's.
/// </summary>
/// <param name="Window">Within it the handler has to show that it lives, and that it takes what there is to take.</param>
/// <param name="HasLeft">It has said that it goes: anybody may have the customer at once.</param>
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
