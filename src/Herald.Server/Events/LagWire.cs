using System.ComponentModel;
using Herald.Engine.Inspection;
using Herald.Hosting.Subscriptions;
using Herald.Hosting.Wire;

namespace Herald.Server.Events;

[Description("How far a subscription is behind, and why.")]
internal sealed record LagWire
{
    public required string Subscription { get; set; }

    [Description("active, paused (by an operator) or disabled (the endpoint answered 410). Nothing is sent unless it is active.")]
    public required string Status { get; set; }

    [Description("Why it is disabled.")]
    public string? StatusReason { get; set; }

    [Description("The number of events that the subscription has still to get. waitingIs says what it means.")]
    public required long Waiting { get; set; }

    [Description(
        "exact; atLeast (the counting reached its bound of 1 s or 200,000 entries); atMost (shards of other nodes are read as saved, so "
            + "some can be delivered already); or, with count=false and for a damaged subscription, estimate (deliveries in memory, and "
            + "entries that were not read).")]
    public required string WaitingIs { get; set; }

    [Description("Attempts in flight from the node that answers.")]
    public required int InFlight { get; set; }

    [Description(
        "The number of attempts that the node that answers can have in flight now; 0 while the endpoint does not answer and is probed.")]
    public required int Limit { get; set; }

    [Description("The attempts that all nodes together can have in flight.")]
    public required int MaxInFlight { get; set; }

    [Description(
        "Why the limit is what it is: full (maxInFlight), share (the other nodes have the rest), adapting (it rises while more attempts "
            + "wait and the endpoint keeps its speed), endpointFails (it answers with failures and gets few attempts) or endpointSilent "
            + "(it does not answer and is probed).")]
    public required string LimitReason { get; set; }
    public required int BlockedKeys { get; set; }
    public required int HeldKeys { get; set; }
    public required bool Behind { get; set; }
    public string? OldestWaitingAt { get; set; }

    [Description("The oldest event that waits; absent with count=false.")]
    public string? OldestEventId { get; set; }
    public string? OldestKey { get; set; }

    [Description(
        "What is missing, so that the node that answers cannot send, such as `a channel for kafka:// endpoints` or a secret that can be "
            + "read. The deliveries wait and use no attempts.")]
    public string? WaitsFor { get; set; }
    public required IReadOnlyList<ShardLagWire> Shards { get; set; }

    public static LagWire Of(SubscriptionLag lag) => new()
    {
        Subscription = lag.SubscriptionId,
        Status = SubscriptionMapping.NameOf(lag.Status),
        StatusReason = lag.StatusReason,
        Waiting = lag.Waiting,
        WaitingIs = SubscriptionMapping.NameOf(lag.WaitingIs),
        InFlight = lag.InFlight,
        Limit = lag.Limit,
        MaxInFlight = lag.MaxInFlight,
        LimitReason = SubscriptionMapping.NameOf(lag.LimitReason),
        BlockedKeys = lag.BlockedKeys,
        HeldKeys = lag.HeldKeys,
        Behind = lag.Behind,
        OldestWaitingAt = TimeText.Format(lag.OldestWaitingAt),
        OldestEventId = lag.Oldest?.Event.IdText,
        OldestKey = lag.Oldest?.Event.KeyText,
        WaitsFor = lag.WaitsFor,
        Shards =
        [
            .. lag.Shards.Select(s => new ShardLagWire
            {
                Shard = s.Shard, Position = s.Position, Head = s.Head, Outstanding = s.Outstanding, BlockedKeys = s.BlockedKeys,
            }),
        ],
    };
}

internal sealed record ShardLagWire
{
    public required int Shard { get; set; }
    public required long Position { get; set; }
    public required long Head { get; set; }
    public required int Outstanding { get; set; }
    public required int BlockedKeys { get; set; }
}

[Description("A key that waits because the delivery of its oldest event failed.")]
internal sealed record BlockedKeyWire
{
    public required int Shard { get; set; }
    public required long Sequence { get; set; }
    public string? Key { get; set; }
    public required string EventId { get; set; }
    public required int Attempts { get; set; }
    public string? NextAttemptAt { get; set; }

    [Description("true: the key waits for an operator.")]
    public required bool Held { get; set; }
    public string? LastReason { get; set; }

    public static BlockedKeyWire Of(BlockedKeyView view) => new()
    {
        Shard = view.Shard,
        Sequence = view.Sequence,
        Key = view.Key,
        EventId = view.EventId,
        Attempts = view.Attempts,
        NextAttemptAt = TimeText.Format(view.NextAttemptAt),
        Held = view.Held,
        LastReason = view.LastReason,
    };
}
