namespace Herald.Simulation.Running;

/// <summary>A promise was broken.</summary>
internal sealed class Violation(string what) : Exception(what);
