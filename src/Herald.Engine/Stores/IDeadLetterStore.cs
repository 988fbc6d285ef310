using Herald.Engine.Events;

namespace Herald.Engine.Stores;

/// <summary>Dead letters, bounded by age and bytes; past the bound the oldest go, counted.</summary>
public interface IDeadLetterStore
{
    /// <summary>Newest last, in a stable order.</summary>
    ValueTask<DeadLetterPage> ListAsync(DeadLetterQuery query, CancellationToken cancel);

    ValueTask<DeadLetter?> FindAsync(DeadLetterId id, CancellationToken cancel);

    /// <summary>Removes them; those already gone are not counted.</summary>
    ValueTask<int> DiscardAsync(IReadOnlyList<DeadLetterId> ids, CancellationToken cancel);

    /// <summary>Appends the addressed event and removes the dead letter, both or neither; ids already gone are passed over and not counted.</summary>
    ValueTask<int> RedriveAsync(IReadOnlyList<Redrive> redrives, CancellationToken cancel);
}

/// <summary>One dead letter a (subscription, generation, sequence). Adding it again changes nothing.</summary>
public readonly record struct DeadLetterId(ShardId Shard, int Subscription, int Generation, long Sequence)
{
    /// <summary>
    /// The generation, without a subscription, of an event that an application made and no log has. The sequence is then a number that
    /// tells it from others.
    /// </summary>
    public const int OfEmitted = 1;

    /// <summary>The sequence is one of the log.</summary>
    public bool IsInLog => Subscription != 0 || Generation != OfEmitted;
}

/// <param name="Record">
/// The event's record when no log has it; empty: the store keeps the log's record.
/// </param>
public sealed record NewDeadLetter(DeadLetterId Id, string SubscriptionId, string Topic, DeadLetterReason Reason, ReadOnlyMemory<byte> Record)
{
    /// <summary>The log's record is damaged: the letter is kept without one.</summary>
    public bool HasNoRecord { get; init; }
}

/// <param name="Reason">A short stable code: <c>attempts-exhausted</c>, <c>max-age</c>, <c>endpoint-gone</c>, <c>damaged</c> …</param>
public sealed record DeadLetterReason(string Reason, string Detail, int Attempts, int? StatusCode, long FirstAttemptAtMs, long DiedAtMs)
{
    /// <summary>What the store kept of the event, or of the dead letter itself, is not what was written.</summary>
    public const string Damaged = "damaged";
}

/// <param name="Record">The event's; empty when it is lost.</param>
public sealed record DeadLetter(DeadLetterId Id, string SubscriptionId, string Topic, DeadLetterReason Reason, ReadOnlyMemory<byte> Record)
{
    /// <summary>There is an event to show, and to send again.</summary>
    public bool HasRecord => new EventView(Record).IsWellFormed();
}

/// <param name="SubscriptionId">Null for all.</param>
/// <param name="Cursor">The <see cref="DeadLetterPage.NextCursor"/> of the page before; null for the first.</param>
public sealed record DeadLetterQuery(string? SubscriptionId, string? Topic, int Limit, string? Cursor);

public sealed record DeadLetterPage(IReadOnlyList<DeadLetter> Items, string? NextCursor);

public sealed record Redrive(DeadLetterId Id, NewEvent Event);
