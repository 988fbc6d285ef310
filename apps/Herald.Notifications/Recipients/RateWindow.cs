using System.Buffers.Binary;

namespace Herald.Notifications.Recipients;

/// <summary>
/// The turns of one recipient and destination: when notifications were sent, and when waiting ones will be. Each notification has its turn
/// when it is asked for, so a thousand that wait are not judged a thousand times.
/// </summary>
/// <remarks>Turns ascend: a notification never passes an earlier one that waits. At most as many are kept as the limit has.</remarks>
internal sealed class RateWindow
{
    public static readonly RateWindow Empty = new([]);

    private readonly long[] _turns;

    private RateWindow(long[] turns) => _turns = turns;

    public int Count => _turns.Length;

    /// <summary>The earliest turn that is not before a time. Times are Unix milliseconds.</summary>
    public long Next(RateLimit limit, long fromMs)
    {
        var next = _turns.Length == 0 ? fromMs : Math.Max(fromMs, _turns[^1]);
        return _turns.Length < limit.Most ? next : Math.Max(next, _turns[^limit.Most] + limit.WithinMs);
    }

    /// <param name="turnMs">A result of <see cref="Next"/>.</param>
    /// <param name="nowMs">Turns that no longer matter now are forgotten.</param>
    public RateWindow Take(RateLimit limit, long turnMs, long nowMs)
    {
        var kept = Forget(limit, nowMs)._turns.AsSpan();
        kept = kept[Math.Max(0, kept.Length - limit.Most + 1)..];
        return new([.. kept, turnMs]);
    }

    /// <summary>The window without turns that no longer matter. An empty one need not be kept.</summary>
    public RateWindow Forget(RateLimit limit, long nowMs)
    {
        var old = 0;
        while (old < _turns.Length && _turns[old] + limit.WithinMs <= nowMs)
            old++;
        return old == 0 ? this : old == _turns.Length ? Empty : new(_turns[old..]);
    }

    /// <summary>From when on the window is of no use; null when it is of none now.</summary>
    public long? OverAtMs(RateLimit limit) => _turns.Length == 0 ? null : _turns[^1] + limit.WithinMs;

    public byte[] ToBytes()
    {
        var bytes = new byte[_turns.Length * sizeof(long)];
        for (var i = 0; i < _turns.Length; i++)
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(i * sizeof(long)), _turns[i]);
        return bytes;
    }

    /// <exception cref="InvalidDataException">The bytes are no window.</exception>
    public static RateWindow Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length % sizeof(long) != 0)
            throw new InvalidDataException($"A window of turns has {bytes.Length} bytes, which is no multiple of {sizeof(long)}.");
        var turns = new long[bytes.Length / sizeof(long)];
        for (var i = 0; i < turns.Length; i++)
        {
            turns[i] = BinaryPrimitives.ReadInt64LittleEndian(bytes[(i * sizeof(long))..]);
            if (i > 0 && turns[i] < turns[i - 1])
                throw new InvalidDataException($"Turn {i} of a window is before the one before it.");
        }
        return turns.Length == 0 ? Empty : new(turns);
    }
}
