using Herald.Journal.Files;

namespace Herald.Journal.Segments;

/// <summary>A log file, and the facts that retention needs about it.</summary>
internal sealed class Segment(uint number, IJournalFile file, long size, ulong firstFrame, int shards) : IDisposable
{
    public uint Number { get; } = number;
    public IJournalFile File { get; } = file;
    public long Size { get; } = size;
    public ulong FirstFrame { get; } = firstFrame;

    /// <summary>For each shard, the last sequence in this segment or in an earlier one.</summary>
    public long[] Last { get; } = new long[shards];

    /// <summary>The time at which its newest event was accepted; 0 when it has no events.</summary>
    public long NewestMs { get; set; }

    public void Note(int shard, long sequence, long acceptedAtMs)
    {
        Last[shard] = sequence;
        NewestMs = Math.Max(NewestMs, acceptedAtMs);
    }

    public void Dispose() => File.Dispose();
}
