namespace Herald.StoreBench;

/// <summary>The bench cannot run here, or a store did not do its work. The message says which.</summary>
internal sealed class StoreBenchException(string message) : Exception(message);
