using System.Globalization;
using System.Text;
using Herald.Engine.Applications;
using Herald.Engine.Basics;
using Herald.Engine.Events;

namespace Herald.Delivery.Tests.Applications;

/// <summary>
/// Counts the events of each key and emits each count as an event of another topic. Whatever happens, the counts must be 1, 2, 3 …
/// </summary>
internal sealed class Counter : IApplication, IShardApplication
{
    public const string Counted = "counted";
    private int _calls, _ticks;

    public TenantId Tenant { get; init; }
    public string Name => "counter";
    public string Topic => "orders";
    public TimeSpan TickEvery { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Bytes of state that are written with each count, so that few events make a large commit.</summary>
    public int Ballast { get; init; }

    /// <summary>The application fails on events with these numbers.</summary>
    public Func<int, bool> FailsOn { get; init; } = _ => false;

    /// <summary>The application processes nothing until this completes.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    public int Calls => Volatile.Read(ref _calls);
    public int Ticks => Volatile.Read(ref _ticks);

    public IShardApplication Begin(ShardId shard) => this;

    public async ValueTask TakeAsync(ApplicationBatch batch, CancellationToken cancel)
    {
        Interlocked.Increment(ref _calls);
        if (batch.Events.Count == 0)
            Interlocked.Increment(ref _ticks);
        await Gate.WaitAsync(cancel);
        foreach (var one in batch.Events)
            batch.Need(one.View.Key);
        await batch.LoadAsync(cancel);
        var counted = await batch.TopicAsync(Counted, cancel);
        foreach (var (sequence, view) in batch.Events)
        {
            var number = int.Parse(Encoding.UTF8.GetString(view.Payload.Span), CultureInfo.InvariantCulture);
            if (FailsOn(number))
                throw new InvalidOperationException($"I do not like {number}.");
            var count = 1 + (batch.Get(view.Key) is { } state ? BitConverter.ToInt32(state.Span) : 0);
            batch.Set(view.Key, BitConverter.GetBytes(count));
            if (Ballast > 0)
                batch.Set(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"ballast {sequence}")), new byte[Ballast]);
            var id = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Encoding.UTF8.GetString(view.Key)}-{count}"));
            batch.Emit(counted, new EventDraft { Id = id, HasId = true, Key = view.Key, HasKey = true, Payload = Encoding.UTF8.GetBytes(count.ToString(CultureInfo.InvariantCulture)) });
        }
    }
}
