namespace Herald.Engine.Retrying;

/// <summary>When a failed delivery is tried again, and what happens when that is used up.</summary>
public sealed record RetryPolicy
{
    public static readonly RetryPolicy Default = new();

    /// <summary>Most failures are gone in a moment: what waits behind a key that has failed once should not wait a second.</summary>
    public RetryWaits Waits { get; init; } = new RetryWaits.Exponential(TimeSpan.FromSeconds(1), 2, TimeSpan.FromMinutes(10), 0.2)
    {
        First = [TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(250)],
    };

    /// <summary>Attempts in all; null for no bound but the age.</summary>
    public int? MaxAttempts { get; init; }

    /// <summary>Counted from the first attempt; time spent paused does not count. Null for no bound but the attempts.</summary>
    public TimeSpan? MaxAge { get; init; } = TimeSpan.FromDays(3);

    /// <summary>Counted from acceptance; past it the delivery expires without being tried. Null for never.</summary>
    public TimeSpan? Ttl { get; init; }
    public OnExhausted OnExhausted { get; init; } = OnExhausted.DeadLetter;

    /// <summary>For <see cref="OnExhausted.Forward"/>: the topic that gets the event.</summary>
    public string? ForwardTo { get; init; }
}

public enum OnExhausted
{
    /// <summary>Kept as a dead letter; the key goes on.</summary>
    DeadLetter,

    /// <summary>The key waits for an operator.</summary>
    Hold,

    /// <summary>Published to another topic, in the same commit; the key goes on.</summary>
    Forward,
}

/// <summary>How long to wait before attempt n + 1.</summary>
public abstract record RetryWaits
{
    private RetryWaits() { }

    /// <param name="Jitter">0.2 spreads each wait over 80 % to 120 % of itself.</param>
    public sealed record Exponential(TimeSpan Base, double Factor, TimeSpan Cap, double Jitter) : RetryWaits
    {
        /// <summary>Come before <see cref="Base"/>, but not at an endpoint most of whose latest attempts have failed: that one has no such moment.</summary>
        public IReadOnlyList<TimeSpan> First { get; init; } = [];

        public bool Equals(Exponential? other) => other is not null && (Base, Factor, Cap, Jitter).Equals((other.Base, other.Factor, other.Cap, other.Jitter)) && First.SequenceEqual(other.First);
        public override int GetHashCode() => HashCode.Combine(Base, Factor, Cap, Jitter, First.Count);
    }

    /// <summary>The waits in turn; the last one repeats for as long as attempts and age allow.</summary>
    public sealed record Schedule(IReadOnlyList<TimeSpan> Waits, double Jitter) : RetryWaits
    {
        public bool Equals(Schedule? other) => other is not null && Jitter.Equals(other.Jitter) && Waits.SequenceEqual(other.Waits);
        public override int GetHashCode() => HashCode.Combine(Waits.Count, Jitter);
    }
}
