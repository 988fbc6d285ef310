namespace Herald.Engine.Moving;

/// <summary>A store that is in use can neither be exported nor imported to.</summary>
public sealed class StoreBusyException(string message) : Exception(message);
