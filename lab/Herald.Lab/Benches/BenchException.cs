namespace Herald.Lab.Benches;

/// <summary>A bench cannot be run, or what it runs has gone wrong; the message says what, and what to do.</summary>
internal sealed class BenchException(string message) : Exception(message);
