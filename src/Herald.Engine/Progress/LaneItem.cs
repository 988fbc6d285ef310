namespace Herald.Engine.Progress;

/// <summary>A delivery in a window: all that is needed to start it, without its payload.</summary>
internal readonly record struct LaneItem(long Sequence, long AcceptedAtMs, int Size);
