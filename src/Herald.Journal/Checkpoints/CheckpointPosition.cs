namespace Herald.Journal.Checkpoints;

/// <summary>The checkpoint contains the log up to this place. Reading continues here, with frame <paramref name="NextFrame"/>.</summary>
internal readonly record struct CheckpointPosition(uint Segment, long Offset, ulong NextFrame);
