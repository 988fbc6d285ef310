namespace Herald.Engine.Transfer;

/// <summary>The store is in use: it can be neither exported nor the target of an import.</summary>
public sealed class StoreBusyException(string message) : Exception(message);
