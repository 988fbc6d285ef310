using System.Diagnostics;
using System.Globalization;
using System.Text;
using Herald.Engine;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Engine.Subscriptions;

namespace Herald.Orders.Activity;

/// <summary>
/// Signs of life, as events of a topic without subscriptions: every node reads them in the logs. Each costs one append and no change of the
/// catalog.
/// </summary>
/// <remarks>No two clocks are compared: each node counts from the moment when it has read a sign.</remarks>
internal sealed class Heartbeats(HeraldEngine engine)
{
    public const string Topic = "orders.handlers";
    public const string CustomerAttribute = OrderEvents.CustomerAttribute, EpochAttribute = "epoch";

    private static readonly byte[] CustomerName = Encoding.UTF8.GetBytes(CustomerAttribute),
        EpochName = Encoding.UTF8.GetBytes(EpochAttribute);

    /// <summary>Null until a handler has registered on any node.</summary>
    public ValueTask<Topic?> FindTopicAsync(CancellationToken cancel) => engine.Catalog.FindTopicAsync(Topic, cancel);

    public ValueTask<Topic> MakeTopicAsync(CancellationToken cancel) => engine.Catalog.EnsureTopicAsync(Topic, cancel);

    /// <summary>True when the sign is durable, so that every node will read it; false when the store has no room for it.</summary>
    public async ValueTask<bool> SendAsync(Guid customer, long epoch, CancellationToken cancel)
    {
        var (name, number) = (Encoding.UTF8.GetBytes($"{customer:D}"), Encoding.UTF8.GetBytes(epoch.ToString(CultureInfo.InvariantCulture)));
        var attributes = new AttributeBuffer();
        _ = attributes.Add(CustomerName, name);
        _ = attributes.Add(EpochName, number);
        using var batch = engine.Intake.Rent(await MakeTopicAsync(cancel));
        var payload = Encoding.UTF8.GetBytes($$"""{"customer":"{{customer:D}}","epoch":{{epoch}}}""");
        if (batch.Add(new EventDraft { HasKey = true, Key = name, Payload = payload, Attributes = attributes }) is { } problem)
            throw new InvalidOperationException(problem.Rule);
        await engine.Intake.PublishAsync(batch, cancel: cancel);
        return batch.Results[0].Verdict switch
        {
            Verdict.Accepted => true,
            Verdict.NoRoom => false,
            // Herald chooses its id, so no earlier event can have the same one.
            Verdict.Duplicate or Verdict.Conflict => throw new UnreachableException(),
        };
    }
}
