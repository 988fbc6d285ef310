namespace Herald.Engine.Subscriptions;

/// <summary>When a failed delivery is tried again, and what happens when it may not be tried any more.</summary>
public sealed record RetryPolicy
{
    public static readonly RetryPolicy Default = new();

    /// <summary>
    /// The first waits are short, because most failures pass in a moment: events behind a key that has failed once should not wait a whole
    /// second.
    /// </summary>
    public RetryWaits Waits { get; init; } = new RetryWaits.Exponential(TimeSpan.FromSeconds(1), 2, TimeSpan.FromMinutes(10), 0.2)
    {
        First = [TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(250)],
    };

    /// <summary>The most attempts; null means that only the age limits them.</summary>
    public int? MaxAttempts { get; init; }

    /// <summary>
    /// Counted from the first attempt. Time in which the subscription is paused does not count. Null means that only the attempts limit it.
    /// </summary>
    public TimeSpan? MaxAge { get; init; } = TimeSpan.FromDays(3);

    /// <summary>Counted from acceptance. After it the delivery expires instead of being tried. Null means never.</summary>
    public TimeSpan? Ttl { get; init; }
    public OnExhausted OnExhausted { get; init; } = OnExhausted.DeadLetter;

    /// <summary>For <see cref="OnExhausted.Forward"/>: the topic that receives the event.</summary>
    public string? ForwardTo { get; init; }
}

public enum OnExhausted
{
    /// <summary>The event becomes a dead letter; the key goes on.</summary>
    DeadLetter,

    /// <summary>The key waits for an operator.</summary>
    Hold,

    /// <summary>The event is published to another topic in the same commit; the key goes on.</summary>
    Forward,
}

/// <summary>The wait before attempt n + 1.</summary>
public abstract record RetryWaits
{
    private RetryWaits() { }

    /// <param name="Jitter">0.2 spreads each wait over 80 % to 120 % of itself.</param>
    public sealed record Exponential(TimeSpan Base, double Factor, TimeSpan Cap, double Jitter) : RetryWaits
    {
        /// <summary>
        /// Waits that come before <see cref="Base"/>. They are left out when most of the endpoint's latest attempts have failed, because
        /// its failures do not pass in a moment.
        /// </summary>
        public IReadOnlyList<TimeSpan> First { get; init; } = [];

        public bool Equals(Exponential? other) =>
            other is not null && (Base, Factor, Cap, Jitter).Equals((other.Base, other.Factor, other.Cap, other.Jitter))
                && First.SequenceEqual(other.First);
        public override int GetHashCode() => HashCode.Combine(Base, Factor, Cap, Jitter, First.Count);
    }

    /// <summary>The waits in turn. The last one repeats for as long as attempts and age allow.</summary>
    public sealed record Schedule(IReadOnlyList<TimeSpan> Waits, double Jitter) : RetryWaits
    {
        public bool Equals(Schedule? other) => other is not null && Jitter.Equals(other.Jitter) && Waits.SequenceEqual(other.Waits);
        public override int GetHashCode() => HashCode.Combine(Waits.Count, Jitter);
    }
}
