namespace Herald.Engine.Stores;

/// <summary>
/// The store cannot be reached at all. It reports by itself when it is away and when it is back, so callers need not log this failure.
/// </summary>
public sealed class StoreAwayException(string message, Exception? inner = null) : StoreUnavailableException(message, inner);
