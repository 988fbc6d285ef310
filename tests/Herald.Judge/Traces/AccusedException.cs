namespace Herald.Judging.Traces;

/// <summary>What was asked for and what was received cannot both be as promised.</summary>
public sealed class AccusedException(string what) : Exception(what);
