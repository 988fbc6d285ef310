namespace Herald.Engine.Stores;

/// <summary>The store cannot be reached, or is stopping. What was under way may or may not have been stored.</summary>
public class StoreUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
