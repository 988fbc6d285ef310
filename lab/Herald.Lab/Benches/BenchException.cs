namespace Herald.Lab.Benches;

/// <summary>A bench cannot be run, or something it started has failed. The message says what happened, and what to do.</summary>
internal sealed class BenchException(string message) : Exception(message);
