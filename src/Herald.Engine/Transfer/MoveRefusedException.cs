namespace Herald.Engine.Transfer;

/// <summary>A store cannot be moved from this source or to this target. Nothing was changed.</summary>
public sealed class MoveRefusedException(string message) : Exception(message);
