namespace Herald.Mutants;

/// <summary>Something that whoever runs this can mend; the message says what.</summary>
internal sealed class MutantsException(string message) : Exception(message);
