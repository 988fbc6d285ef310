using Herald.Engine.Sending;

namespace Herald.Engine.Tests.Sending;

/// <summary>A shard that only counts what it is given.</summary>
internal sealed class RecordingTaker : IPermitTaker
{
    /// <summary>Grants, in the order they came.</summary>
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
