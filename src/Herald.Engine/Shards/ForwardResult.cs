using Herald.Engine.Events;

namespace Herald.Engine.Shards;

/// <summary>What becomes of a forward.</summary>
internal abstract record ForwardResult
{
    private ForwardResult() { }

    public sealed record Made(NewEvent Event) : ForwardResult;

    /// <param name="Reason">A short stable code.</param>
    /// <param name="HasNoRecord">The log has the event no more, or cannot tell it: nor can the dead letter.</param>
    public sealed record Refused(string Reason, string Detail, bool HasNoRecord = false) : ForwardResult;
}
