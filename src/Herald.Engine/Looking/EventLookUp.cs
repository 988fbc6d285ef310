namespace Herald.Engine.Looking;

/// <param name="Story">Null when it was not found.</param>
/// <param name="IsCutShort">Not all that is kept was searched: with its key it may be found.</param>
public readonly record struct EventLookUp(EventStory? Story, bool IsCutShort);
