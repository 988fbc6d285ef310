using Herald.Engine.Basics;
using Herald.Engine.Catalogs;

namespace Herald.Orders.Registrations;

/// <summary>
/// A label of the subscription that marks a handler's registration. A webhook that an administrator has set has no such label.
/// </summary>
/// <remarks>People see the label where they see the subscription. Removing it makes the webhook an administrator's.</remarks>
/// <param name="Window">Within it, the handler must show a sign of life and take an event if there is one.</param>
/// <param name="HasLeft">The handler has left. Any handler can have the customer at once.</param>
internal readonly record struct RegistrationMark(TimeSpan Window, bool HasLeft)
{
    /// <summary>The value is the window, and whether the handler has left: <c>1m</c>, <c>1m left</c>.</summary>
    public const string Label = LabelRules.Reserved + "registration";

    private const string Left = " left";

    public TextMap On(TextMap labels) => labels.With(Label, $"{DurationText.Format(Window)}{(HasLeft ? Left : "")}");

    public static bool TryParse(TextMap? labels, out RegistrationMark mark)
    {
        mark = default;
        if (labels?.Find(Label) is not { } text)
            return false;
        var hasLeft = text.EndsWith(Left, StringComparison.Ordinal);
        if (!DurationText.TryParse(text[..(hasLeft ? ^Left.Length : ^0)], out var window))
            return false;
        mark = new(window, hasLeft);
        return true;
    }
}
