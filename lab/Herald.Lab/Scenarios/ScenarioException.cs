namespace Herald.Lab.Scenarios;

/// <summary>The scenario cannot go on; the message says why.</summary>
internal sealed class ScenarioException(string message) : Exception(message);
