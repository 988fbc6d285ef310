using Herald.Engine.Basics;
using Herald.Engine.Events;

namespace Herald.Engine.Stores;

/// <summary>Dead letters, bounded by age and bytes. Above a bound the store removes the oldest ones and counts them.</summary>
public interface IDeadLetterStore
{
    /// <summary>Newest last, in a stable order.</summary>
    ValueTask<DeadLetterPage> ListAsync(DeadLetterQuery query, CancellationToken cancel);

    ValueTask<DeadLetter?> FindAsync(DeadLetterId id, CancellationToken cancel);

    /// <summary>
    /// For each discard, removes the dead letter and keeps the history, both or neither. Dead letters that no longer exist are skipped and
    /// not counted.
    /// </summary>
    ValueTask<int> DiscardAsync(IReadOnlyList<Discard> discards, CancellationToken cancel);

    /// <summary>
    /// For each redrive, appends the addressed event, removes the dead letter and keeps the history, all or nothing. Dead letters that no
    /// longer exist are skipped and not counted.
    /// </summary>
    ValueTask<int> RedriveAsync(IReadOnlyList<Redrive> redrives, CancellationToken cancel);
}

/// <summary>Identifies one dead letter of a (subscription, generation, sequence). Adding the same id again changes nothing.</summary>
public readonly record struct DeadLetterId(ShardId Shard, int Subscription, int Generation, long Sequence)
{
    /// <summary>
    /// The generation of a dead letter of an application's event that is in no log. Such a letter has no subscription, and its sequence is
    /// a number that distinguishes it from others.
    /// </summary>
    public const int OfEmitted = 1;

    /// <summary>The form in which people and programs name it.</summary>
    public string ToText() => $"dl_{Shard.Value}_{Subscription}_{Generation}_{Sequence}";

    /// <summary>The sequence is a sequence of the log.</summary>
    public bool IsInLog => Subscription != 0 || Generation != OfEmitted;
}

/// <param name="SubscriptionId">The full name (<see cref="TenantId.FullName"/>); empty for none.</param>
/// <param name="Topic">
/// The full name. It leads to the tenant of the dead letter. Empty when the topic no longer exists and the event is damaged.
/// </param>
/// <param name="Record">The event's record if no log has it. Empty: the store keeps the log's record.</param>
public sealed record NewDeadLetter(
    DeadLetterId Id, string SubscriptionId, string Topic, DeadLetterReason Reason, ReadOnlyMemory<byte> Record)
{
    /// <summary>The log's record is damaged: the dead letter is kept without a record.</summary>
    public bool HasNoRecord { get; init; }
}

/// <param name="Reason">A short, stable code: <c>attempts-exhausted</c>, <c>max-age</c>, <c>rejected</c>, <c>damaged</c> …</param>
public sealed record DeadLetterReason(string Reason, string Detail, int Attempts, int? StatusCode, long FirstAttemptAtMs, long DiedAtMs)
{
    /// <summary>The stored bytes of the event, or of the dead letter itself, are not those that were written.</summary>
    public const string Damaged = "damaged";
}

/// <param name="SubscriptionId">As in <see cref="NewDeadLetter"/>.</param>
/// <param name="Topic">As in <see cref="NewDeadLetter"/>.</param>
/// <param name="Record">The event's record; empty when it is lost.</param>
public sealed record DeadLetter(DeadLetterId Id, string SubscriptionId, string Topic, DeadLetterReason Reason, ReadOnlyMemory<byte> Record)
{
    /// <summary>The dead letter has an event that can be shown and sent again.</summary>
    public bool HasRecord => new EventView(Record).IsWellFormed();
}

/// <param name="SubscriptionId">The full name; null for all subscriptions.</param>
/// <param name="Topic">The full name; null for all topics.</param>
/// <param name="Cursor">The <see cref="DeadLetterPage.NextCursor"/> of the previous page; null for the first page.</param>
public sealed record DeadLetterQuery(string? SubscriptionId, string? Topic, int Limit, string? Cursor)
{
    /// <summary>Null for all tenants.</summary>
    public TenantId? Tenant { get; init; }
}

public sealed record DeadLetterPage(IReadOnlyList<DeadLetter> Items, string? NextCursor);

/// <param name="History">What the history says of the discard; null for nothing.</param>
public sealed record Discard(DeadLetterId Id, HistoryBlock? History = null);

public sealed record Redrive(DeadLetterId Id, NewEvent Event)
{
    /// <summary>
    /// What the history says of the redrive, given the sequence that the event gets; null for nothing. It is called while the store holds
    /// its locks, so it must only compute.
    /// </summary>
    public Func<long, HistoryBlock>? History { get; init; }
}
