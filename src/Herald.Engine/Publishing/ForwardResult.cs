using Herald.Engine.Events;

namespace Herald.Engine.Publishing;

/// <summary>The result of a forward.</summary>
internal abstract record ForwardResult
{
    private ForwardResult() { }

    public sealed record Made(NewEvent Event) : ForwardResult;

    /// <param name="Reason">A short, stable code.</param>
    /// <param name="HasNoRecord">The log no longer has the event, or cannot read it, so the dead letter has no event either.</param>
    public sealed record Refused(string Reason, string Detail, bool HasNoRecord = false) : ForwardResult;
}
