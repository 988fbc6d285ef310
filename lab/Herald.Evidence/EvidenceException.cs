namespace Herald.Evidence;

/// <summary>A problem that the user can correct. The message says what it is.</summary>
internal sealed class EvidenceException(string message) : Exception(message);
