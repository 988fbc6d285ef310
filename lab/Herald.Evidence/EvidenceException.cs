namespace Herald.Evidence;

/// <summary>Something that whoever runs this can mend; the message says what.</summary>
internal sealed class EvidenceException(string message) : Exception(message);
