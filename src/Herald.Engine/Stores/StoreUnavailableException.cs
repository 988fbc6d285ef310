namespace Herald.Engine.Stores;

/// <summary>The store cannot be reached, or is stopping. Operations in progress may or may not have been stored.</summary>
public class StoreUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
