namespace Herald.Engine.Stores;

/// <summary>The store has no room for a commit and has stored nothing of it. A smaller commit may still fit.</summary>
public sealed class StoreFullException(string message) : StoreUnavailableException(message);
