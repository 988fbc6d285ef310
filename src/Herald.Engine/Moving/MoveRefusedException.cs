namespace Herald.Engine.Moving;

/// <summary>A store cannot be moved from or to where it was asked for; nothing was changed.</summary>
public sealed class MoveRefusedException(string message) : Exception(message);
