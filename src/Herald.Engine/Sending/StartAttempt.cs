using Herald.Engine.Progress;

namespace Herald.Engine.Sending;

/// <summary>The output to start an attempt at the head of this lane.</summary>
internal readonly record struct StartAttempt(
    int Subscription, int Generation, ulong KeyHash, LaneItem Item, int Number, PermitKind Kind, bool Replayed)
{
    /// <summary>The time at which the attempt began; set when it begins.</summary>
    public long BegunAtMs { get; init; }

    /// <summary>The subscription asks for reports. The end of the attempt then brings the event without its payload.</summary>
    public bool IsReported { get; init; }
}
