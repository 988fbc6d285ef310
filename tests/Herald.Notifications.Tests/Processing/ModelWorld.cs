using System.Text;
using System.Text.Json;
using Herald.Engine;
using Herald.Engine.Applications;
using Herald.Engine.Events;
using Herald.Engine.Subscriptions;
using Herald.Hosting.Wire;
using Herald.Notifications.Metrics;
using Herald.Notifications.Processing;
using Herald.Notifications.Reading;
using Herald.Notifications.Recipients;
using Herald.Notifications.Statuses;
using Herald.Notifications.Tests.Statuses;
using Microsoft.Extensions.Logging.Abstractions;

namespace Herald.Notifications.Tests.Processing;

/// <summary>
/// Both applications in one shard each, over the engine's own batches and a state in memory. What one emits comes to the other, and a
/// channel of the test settles what is sent. Batches are cut at random, and the applications are restarted at random.
/// </summary>
internal sealed class ModelWorld : IDisposable
{
    private static readonly ShardId Shard = new(0);

    private readonly HeraldEngine _engine;
    private readonly Random _chance;
    private readonly NotificationsMetrics _metrics = new();
    private readonly MemoryState _notificationsState = new(), _recipientsState = new();
    private readonly Queue<(long Sequence, EventView View)> _notifications = new(), _recipients = new();
    private (ApplicationTrial Trial, IShardApplication App) _first, _second;
    private readonly ApplicationTrial _reports;
    private readonly Reporter _reporter = new();
    private long _sequence;

    public ModelWorld(HeraldEngine engine, NotificationsOptions options, int seed)
    {
        (_engine, Options, _chance) = (engine, options, new Random(seed));
        _reports = new ApplicationTrial(Shard, "reports", new MemoryState(), engine.Catalog, engine.Intake);
        Restart();
    }

    /// <summary>In force from the next restart on.</summary>
    public NotificationsOptions Options { get; set; }

    public long NowMs { get; private set; } = BookRig.StartMs;

    /// <summary>The state of the application that keeps statuses.</summary>
    public MemoryState State => _notificationsState;

    /// <summary>The state of the application that keeps the rules of recipients.</summary>
    public MemoryState RecipientsState => _recipientsState;

    /// <summary>The messages that came to channels, in their order.</summary>
    public List<(Guid Uuid, JsonElement Message)> Sent { get; } = [];

    public List<string> Rejected { get; } = [];

    /// <summary>How a channel settles a message: the kind of the report.</summary>
    public Func<Guid, string> Settle { get; set; } = _ => "delivered";

    /// <summary>The channel of the test reports nothing.</summary>
    public bool IsSilent { get; set; }

    public void Restart()
    {
        var rules = PostRulesOf.Settings(Options, [], 1 << 20);
        var notifications = new NotificationsApplication(Options, rules, new BlockTables(64 << 20), _metrics, NullLogger.Instance);
        var recipients = new RecipientsApplication(Options, _metrics, NullLogger.Instance);
        _first = (Trial(notifications.Name, _notificationsState), notifications.Begin(Shard));
        _second = (Trial(recipients.Name, _recipientsState), recipients.Begin(Shard));
    }

    /// <summary>Publishes an event to the applications' topics as the door does.</summary>
    public void Publish(string topic, string key, string type, string payload)
    {
        var draft = new EventDraft
        {
            Key = Encoding.UTF8.GetBytes(key),
            HasKey = true,
            Type = Encoding.UTF8.GetBytes(type),
            Payload = Encoding.UTF8.GetBytes(payload),
        };
        var known = _engine.Catalog.FindKnownTopic(topic)!;
        var view = _reports.Next(known, draft, DateTimeOffset.FromUnixTimeMilliseconds(NowMs)).View;
        QueueOf(topic).Enqueue((++_sequence, view));
    }

    /// <summary>Goes on in random steps until nothing happens any more at this time.</summary>
    public async Task SettleAllAsync(CancellationToken cancel)
    {
        for (var quiet = 0; quiet < 4; quiet++)
        {
            if (_chance.Next(10) == 0)
                Restart();
            var tookFirst = await StepAsync(_first, _notifications, _notificationsState, cancel);
            var tookSecond = await StepAsync(_second, _recipients, _recipientsState, cancel);
            if (tookFirst || tookSecond)
                quiet = -1;
        }
    }

    public async Task AdvanceAsync(TimeSpan by, CancellationToken cancel)
    {
        NowMs += (long)by.TotalMilliseconds;
        await SettleAllAsync(cancel);
    }

    public async Task<Row?> FindAsync(Guid uuid, CancellationToken cancel)
    {
        var entries = new StateEntries(_notificationsState, NotificationsApplication.StateName);
        using var directories = new DirectoryView(entries, 1, TimeProvider.System);
        return await new StatusReader(entries, directories, new BlockTables(1 << 20), _ => Shard).FindAsync(uuid, cancel);
    }

    public void Dispose() => _metrics.Dispose();

    private ApplicationTrial Trial(string name, MemoryState state) => new(Shard, name, state, _engine.Catalog, _engine.Intake);

    private Queue<(long Sequence, EventView View)> QueueOf(string topic) => topic == NotificationEvents.Topic ? _notifications : _recipients;

    /// <returns>Whether anything was done.</returns>
    private async Task<bool> StepAsync(
        (ApplicationTrial Trial, IShardApplication App) one, Queue<(long Sequence, EventView View)> queue, MemoryState state, CancellationToken cancel)
    {
        var events = new List<ApplicationEvent>();
        // A tick comes before what waits, too.
        for (var most = _chance.Next(6); events.Count < most && queue.TryDequeue(out var next);)
            events.Add(new(next.Sequence, next.View));
        var changes = await one.Trial.ProcessAsync(one.App, [.. events], DateTimeOffset.FromUnixTimeMilliseconds(NowMs), cancel);
        state.Apply(Shard.Value, changes.State);
        Rejected.AddRange(changes.DeadLetters.Select(letter => letter.Reason.Detail ?? ""));
        foreach (var emitted in changes.Emitted)
            await RouteAsync(new EventView(emitted.Record), cancel);
        return events.Count > 0 || queue.Count > 0 || changes.Emitted.Count > 0 || changes.State.Count > 0;
    }

    private async Task RouteAsync(EventView view, CancellationToken cancel)
    {
        if (view.TopicText != NotificationEvents.SendsTopic)
        {
            QueueOf(view.TopicText).Enqueue((++_sequence, view));
            return;
        }
        var uuid = Guid.Parse(view.KeyText!);
        Sent.Add((uuid, JsonDocument.Parse(view.Payload).RootElement));
        if (!IsSilent)
            await ReportAsync(uuid, Settle(uuid), cancel);
    }

    private async Task ReportAsync(Guid uuid, string kind, CancellationToken cancel)
    {
        _reporter.Next = (uuid, kind, NowMs);
        var changes = await _reports.ProcessAsync(_reporter, [], DateTimeOffset.FromUnixTimeMilliseconds(NowMs), cancel);
        _notifications.Enqueue((++_sequence, new EventView(changes.Emitted[0].Record)));
    }

    /// <summary>Makes reports as the engine does: events that nobody can publish.</summary>
    private sealed class Reporter : IShardApplication
    {
        public (Guid Uuid, string Kind, long AtMs) Next { get; set; }

        public TimeSpan TickEvery => TimeSpan.FromHours(1);

        public async ValueTask TakeAsync(ApplicationBatch batch, CancellationToken cancel)
        {
            var topic = await batch.TopicAsync(NotificationEvents.Topic, cancel);
            var letter = Next.Kind == "exhausted" ? ",\"deadLetter\":\"dl_0_1_1_7\"" : "";
            Emit(batch, topic, $$"""{"topic":"notification-sends","attempts":2,"answer":"as {{Next.Kind}}","settledAt":"{{TimeText.OfUnixMs(Next.AtMs)}}"{{letter}}}""");
        }

        private void Emit(ApplicationBatch batch, Topic topic, string payload) => batch.Emit(topic, new EventDraft
        {
            Key = Encoding.UTF8.GetBytes($"{Next.Uuid:D}"),
            HasKey = true,
            Type = Encoding.UTF8.GetBytes(Next.Kind),
            Payload = Encoding.UTF8.GetBytes(payload),
        });
    }
}
