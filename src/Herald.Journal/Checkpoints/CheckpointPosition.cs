namespace Herald.Journal.Checkpoints;

/// <summary>The log up to here is in the checkpoint; reading goes on with frame <paramref name="NextFrame"/> at this place.</summary>
internal readonly record struct CheckpointPosition(uint Segment, long Offset, ulong NextFrame);
