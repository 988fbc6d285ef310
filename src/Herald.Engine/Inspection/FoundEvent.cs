namespace Herald.Engine.Inspection;

/// <param name="IsCutShort">The search ended before it had read all that is kept, so the event may exist.</param>
internal readonly record struct FoundEvent(TailedEvent? Event, bool IsCutShort)
{
    /// <summary>The event was accepted, but what is stored of it is damaged; null when it is not.</summary>
    public string? Damage { get; init; }
}
