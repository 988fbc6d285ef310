namespace Herald.Engine.Inspection;

/// <param name="Story">Null when the event was not found.</param>
/// <param name="IsCutShort">The search ended before it had read all that is kept. With the key, the event may be found.</param>
public readonly record struct EventLookUp(EventStory? Story, bool IsCutShort)
{
    /// <summary>The event was accepted, but what is stored of it is damaged: what and where. Otherwise null.</summary>
    public string? Damage { get; init; }
}
