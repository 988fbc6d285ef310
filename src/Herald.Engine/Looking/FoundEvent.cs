namespace Herald.Engine.Looking;

/// <param name="IsCutShort">Not all that is kept was searched: it may be there all the same.</param>
internal readonly record struct FoundEvent(TailedEvent? Event, bool IsCutShort);
