using System.Text;
using Herald.Alarms.Metrics;
using Herald.Alarms.Processing;
using Herald.Alarms.Users;
using Herald.Engine.Applications;
using Herald.Engine.Events;
using Herald.Engine.Stores;

namespace Herald.Alarms.Tests.Processing;

/// <summary>The application in one shard, with the engine's own batches and a state in memory.</summary>
internal sealed class ShardRig : IStateReader, IDisposable
{
    private static readonly ShardId Shard = new(3);

    private readonly EngineFixture _engine;
    private readonly AlarmsMetrics _metrics = new();
    private readonly Dictionary<string, ReadOnlyMemory<byte>> _state = [];
    private AlarmsOptions _options;
    private AlarmsShard _shard = null!;
    private ApplicationTrial _trial = null!;
    private long _sequence;

    public ShardRig(EngineFixture engine, AlarmsOptions? options = null)
    {
        (_engine, _options) = (engine, options ?? new AlarmsOptions());
        Restart();
    }

    /// <summary>The keys that were read from the store, in order.</summary>
    public List<string> Read { get; } = [];

    public TimeSpan TickEvery => _shard.TickEvery;

    public IReadOnlyDictionary<string, ReadOnlyMemory<byte>> State => _state;

    public IEnumerable<string> Users => _state.Keys.Where(key => key.StartsWith("u/", StringComparison.Ordinal)).Select(key => key[2..]);

    public IEnumerable<string> Lists => _state.Keys.Where(key => key.StartsWith("f/", StringComparison.Ordinal));

    /// <summary>Restarts the application. The next batch finds only saved state; the options may have changed.</summary>
    public void Restart(AlarmsOptions? options = null)
    {
        _options = options ?? _options;
        _shard = new AlarmsShard(Shard, _options, _metrics);
        _trial = new ApplicationTrial(Shard, AlarmsApplication.StateName, this, _engine.Engine.Catalog, _engine.Engine.Intake);
    }

    public Task<Came> TakeAsync(params IReadOnlyList<Sent> messages) => TakeAsync(messages, messages[^1].AcceptedAt);

    public Task<Came> TickAsync(DateTimeOffset now) => TakeAsync([], now);

    public void Put(string key, byte[] value)
    {
        _state[key] = value;
        Restart();
    }

    public UserAlarms UserOf(string name)
    {
        var user = new UserAlarms();
        UserCodec.Decode(Encoding.UTF8.GetBytes(name), _state["u/" + name], user);
        return user;
    }

    public ValueTask<IReadOnlyList<ReadOnlyMemory<byte>?>> ReadAsync(string application, IReadOnlyList<StateKey> keys, CancellationToken cancel)
    {
        var texts = keys.Select(key => Encoding.UTF8.GetString(key.Key.Span)).ToList();
        Read.AddRange(texts);
        return ValueTask.FromResult<IReadOnlyList<ReadOnlyMemory<byte>?>>([.. texts.Select(key => _state.TryGetValue(key, out var value) ? StateValue.Store(value.Span) : (ReadOnlyMemory<byte>?)null)]);
    }

    public ValueTask<IReadOnlyList<HistoryBlock>> ReadHistoryAsync(ShardId shard, long sequence, CancellationToken cancel) => throw new NotSupportedException();

    public void Dispose() => _metrics.Dispose();

    private async Task<Came> TakeAsync(IReadOnlyList<Sent> messages, DateTimeOffset now)
    {
        var changes = await _trial.ProcessAsync(_shard, [.. messages.Select(Event)], now, default);
        foreach (var write in changes.State)
        {
            if (write.Value is { } value)
                _state[Encoding.UTF8.GetString(write.Key.Span)] = StateValue.Read(value);
            else
                _state.Remove(Encoding.UTF8.GetString(write.Key.Span));
        }
        return new Came(
            [.. changes.Emitted.Select(one => new EventView(one.Record)).Select(view => new Digest(
                view.TopicText, view.IdText, view.KeyText, view.TypeText, view.ContentTypeText, Encoding.UTF8.GetString(view.Payload.Span)))],
            [.. changes.DeadLetters.Select(letter => (letter.Id.Sequence, letter.Reason.Detail ?? ""))],
            [.. changes.State.Select(write => Encoding.UTF8.GetString(write.Key.Span))],
            _trial.Bytes,
            changes.State.Sum(write => write.Key.Length + (write.Value?.Length ?? 0L)) + changes.Emitted.Sum(one => (long)one.Record.Length) + changes.DeadLetters.Sum(letter => letter.Reason.Detail?.Length ?? 0));
    }

    private ApplicationEvent Event(Sent message)
    {
        var draft = new EventDraft
        {
            Id = Encoding.UTF8.GetBytes($"m-{++_sequence}"),
            HasId = true,
            Key = message.Key is null ? default : Encoding.UTF8.GetBytes(message.Key),
            HasKey = message.Key is not null,
            Type = Encoding.UTF8.GetBytes(message.Type),
            ContentType = "application/json"u8,
            Payload = Encoding.UTF8.GetBytes(message.Json),
        };
        return _trial.Next(_engine.Alarms, draft, message.AcceptedAt);
    }
}
