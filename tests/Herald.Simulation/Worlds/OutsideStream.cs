using System.Globalization;
using System.Text;
using Herald.Engine.Events;
using Herald.Engine.Sources;
using Herald.Engine.Stores;
using Herald.Simulation.Runs;
using Herald.Simulation.Stores;
using Herald.Simulation.Traces;
using Microsoft.Extensions.Logging.Abstractions;

namespace Herald.Simulation.Worlds;

/// <summary>
/// A stream outside Herald, as a broker keeps it. A reader goes on from a position before which everything was confirmed as durable. The
/// confirmation must be true: each message before the position is in the log once, and the messages of a key are in order. Now and then two
/// readers read at the same time, as when a node is cut off.
/// </summary>
/// <param name="keepsPlace">
/// The reader keeps its position in Herald's store, as the NATS source does. The position is saved after the events it stands for are
/// durable. Nothing waits for that, so the position can lag.
/// </param>
internal sealed class OutsideStream(Simulator simulator, SimStore store, Teller teller, EventMaker events, int keys, bool keepsPlace)
{
    private const int AtOnce = 5;
    private readonly List<Message> _messages = [];
    private readonly Dictionary<string, (int Shard, long Sequence)> _lastOfKey = [];
    private SimProcess? _reader;
    private int _place;

    // The last position whose saving the store confirmed.
    private int _saved;
    private const string Source = "outside/0";

    private static string Topic => WorldPlan.Topics[0];

    /// <summary>All messages that were sent are in the log.</summary>
    public bool IsDone => _place == _messages.Count;

    public void Send() => _messages.Add(new(
        simulator.Draw(0.1) ? null : events.KeyOf(simulator.Draw(1, keys)), string.Create(CultureInfo.InvariantCulture, $$"""{"s":{{_messages.Count}}}"""), !simulator.Draw(0.9)));

    public void ReadOn(Node node)
    {
        if (_reader is { IsAlive: true } && !simulator.Draw(0.05))
            return;
        var (process, engine, positions) = (node.Now!.Process, node.Engine!, node.Positions);
        _reader = process;
        process.Run(async () =>
        {
            try
            {
                await ReadAsync(new SourceIntake(engine.Intake, engine.Catalog, Topic, new PlainReader(), new SimClock(process), NullLogger.Instance), positions);
            }
            catch (Exception failure) when (failure is StoreUnavailableException or ObjectDisposedException)
            {
                // The store is away at the start, or the node has just stopped.
            }
            if (_reader == process)
                _reader = null;
        });
    }

    private async Task ReadAsync(SourceIntake intake, ISourcePositions positions)
    {
        await intake.StartAsync(CancellationToken.None);
        for (var at = await BeginAsync(positions); at < _messages.Count;)
        {
            var next = Math.Min(_messages.Count, at + simulator.Draw(1, AtOnce));
            using var batch = intake.Begin();
            for (; at < next; at++)
                Add(batch, at);
            await batch.PublishAsync(CancellationToken.None);
            MoveTo(next);
            if (keepsPlace)
                Save(positions, next);
        }
    }

    private async Task<int> BeginAsync(ISourcePositions positions)
    {
        if (!keepsPlace)
            return _place;
        var saved = _saved;
        var at = (int)(await positions.ReadSourcePositionAsync(Source, CancellationToken.None) ?? 0);
        if (at < saved)
            throw new Violation($"21: a source begins again at message {at}, though it was told that its place {saved} is saved");
        if (at > _place)
            throw new Violation($"21: a source goes on at message {at}, and only those before {_place} are known to be in the log");
        if (at > 0)
            simulator.Reached.Count("sources that went on at a place of their own");
        simulator.Reached.Count("messages of a source read again", _place - at);
        return at;
    }

    private async void Save(ISourcePositions positions, int next)
    {
        try
        {
            await positions.SaveSourcePositionAsync(new SourcePosition(Source, next), CancellationToken.None);
            _saved = Math.Max(_saved, next);
        }
        catch (StoreUnavailableException)
        {
            // Messages that are read again are recognised as duplicates.
        }
    }

    /// <summary>Everything has settled. No message that was read again is in the log twice.</summary>
    public void CheckAll()
    {
        foreach (var message in _messages)
            Find(message);
    }

    private void Add(SourceBatch batch, int at)
    {
        var message = _messages[at];
        Tell(message, at, "publish");
        batch.Add(new SourceMessage
        {
            Place = new SourcePlace("outside", 0, at),
            Key = message.IsNoEvent ? new byte[2000] : Encoding.UTF8.GetBytes(message.Key ?? ""),
            Value = Encoding.UTF8.GetBytes(message.Value),
        });
    }

    private void MoveTo(int next)
    {
        for (; _place < next; _place++)
        {
            Check(_messages[_place]);
            Tell(_messages[_place], _place, "published");
        }
    }

    private (int Shard, StoredEvent Stored) Find(Message message)
    {
        var found = new List<(int Shard, StoredEvent Stored)>();
        for (var shard = 0; shard < store.ShardCount; shard++)
            found.AddRange(store.Shards[shard].Events.Where(one => IsOf(one, message)).Select(one => (shard, one)));
        return found is [var one] ? one : throw new Violation($"21: a source went on past {message}, which is in the log {found.Count} times");
    }

    private void Check(Message message)
    {
        var (at, stored) = Find(message);
        simulator.Reached.Count(message.IsNoEvent ? "messages of a source that are no events" : "messages of a source passed");
        if (message.IsNoEvent || message.Key is not { } key)
            return;
        if (_lastOfKey.TryGetValue(key, out var last) && (last.Shard != at || last.Sequence >= stored.Entry.Sequence))
            throw new Violation($"21: message {_place} of a source is before an earlier one of its key in the log");
        _lastOfKey[key] = (at, stored.Entry.Sequence);
    }

    // A forward or a redrive of the message is another event.
    private static bool IsOf(StoredEvent one, Message message) =>
        (one.Entry.Flags & (EventFlags.Addressed | EventFlags.Emitted)) == 0 && ((one.Entry.Flags & EventFlags.Rejected) != 0) == message.IsNoEvent
        && new EventView(one.Record).Payload.Span.SequenceEqual(Encoding.UTF8.GetBytes(message.Value));

    // The reader of a stream only learns that everything before a position is durable.
    private void Tell(Message message, int at, string verb)
    {
        if (!message.IsNoEvent)
        {
            teller.Tell(
                "stream", verb, ("topic", Topic), ("key", message.Key), ("id", string.Create(CultureInfo.InvariantCulture, $"outside/0/{at}")),
                ("digest", Teller.Digest(Encoding.UTF8.GetBytes(message.Value))), ("verdict", "accepted"));
        }
    }

    private sealed record Message(string? Key, string Value, bool IsNoEvent);
}
