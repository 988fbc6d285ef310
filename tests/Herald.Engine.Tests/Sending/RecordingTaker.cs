using Herald.Engine.Sending;
using Herald.Engine.Subscriptions;

namespace Herald.Engine.Tests.Sending;

/// <summary>A shard that only records the permits that it gets.</summary>
internal sealed class RecordingTaker : IPermitTaker
{
    /// <summary>The grants in their order.</summary>
    public List<(int Subscription, PermitKind Kind)> Granted { get; } = [];

    public List<int> Back { get; } = [];

    public void Grant(int subscription, PermitKind kind, int count)
    {
        for (; count > 0; count--)
            Granted.Add((subscription, kind));
    }

    public void EndpointBack(int subscription) => Back.Add(subscription);

    public int Of(int subscription) => Granted.Count(g => g.Subscription == subscription);

    public int Of(PermitKind kind) => Granted.Count(g => g.Kind == kind);
}

internal static class RecordedAsking
{
    /// <summary>Asks for permits and passes on those granted at once, as a shard does.</summary>
    public static void AskFor(this PermitLedger ledger, Subscription subscription, PermitKind kind, int count, RecordingTaker taker) =>
        taker.Grant(subscription.Number, kind, ledger.Ask(subscription, kind, count, taker));
}
