using Herald.Engine.Basics;
using Herald.Engine.Events;
using Herald.Engine.Publishing;
using Herald.Engine.Subscriptions;
using Herald.Engine.Tests.Stores;
using Herald.TestKit.Time;

namespace Herald.Engine.Tests.Publishing;

/// <summary>An intake over a scripted log, with a clock that stands still.</summary>
internal sealed class Publisher
{
    public Publisher(IntakeOptions? options = null) => Intake = new Intake(Log, options ?? new IntakeOptions(), Clock);

    public ManualClock Clock { get; } = new();
    public ScriptedLog Log { get; } = new();
    public Intake Intake { get; }
    public Topic Topic { get; } = new("orders", 7, DateTimeOffset.UnixEpoch, 1);
    public long NowMs => Clock.GetUtcNow().ToUnixTimeMilliseconds();

    public PublishBatch Rent() => Intake.Rent(Topic);

    /// <summary>Returns the record and the index entry of one event.</summary>
    public (EventView View, IndexEntry Index) Encode(SampleEvent sample)
    {
        var batch = Rent();
        Xunit.Assert.Null(sample.AddTo(batch));
        batch.Seal();
        return (batch[0], batch.Events.Span[0].Index);
    }
}
