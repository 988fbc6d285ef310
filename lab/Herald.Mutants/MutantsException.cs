namespace Herald.Mutants;

/// <summary>A problem that the user can correct. The message says what it is.</summary>
internal sealed class MutantsException(string message) : Exception(message);
