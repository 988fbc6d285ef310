using System.Globalization;
using System.Text;
using Herald.Engine;
using Herald.Engine.Applications;
using Herald.Engine.Basics;
using Herald.Engine.Catalogs;
using Herald.Engine.Events;
using Herald.Engine.Publishing;
using Herald.Engine.Stores;
using Herald.Engine.Subscriptions;
using Herald.Journal;

namespace Herald.Delivery.Tests;

/// <summary>The real engine on a real journal in a directory of its own. Only the channel is a script.</summary>
internal sealed class Node : IAsyncDisposable
{
    private readonly string _directory;
    private readonly EngineOptions _options;
    private readonly NodeSetup _setup;
    private readonly IReadOnlyList<IApplication> _applications;
    private JournalStore _store;

    private Node(
        string directory, EngineOptions options, NodeSetup setup, IReadOnlyList<IApplication> applications, JournalStore store, HeraldEngine engine, ScriptedChannel channel) =>
        (_directory, _options, _setup, _applications, _store, Engine, Channel) = (directory, options, setup, applications, store, engine, channel);

    public HeraldEngine Engine { get; private set; }
    public ScriptedChannel Channel { get; }
    public JournalStore Store => _store;

    public static Task<Node> StartAsync(EngineOptions? options = null, params IReadOnlyList<IApplication> applications) => StartAsync(options, new NodeSetup(), applications);

    public static async Task<Node> StartAsync(EngineOptions? options, NodeSetup setup, params IReadOnlyList<IApplication> applications)
    {
        var directory = Directory.CreateTempSubdirectory("herald-delivery-").FullName;
        options ??= new EngineOptions { CommitEvery = TimeSpan.FromMilliseconds(50) };
        var channel = new ScriptedChannel();
        var (store, engine) = await OpenAsync(directory, options, setup, applications, channel);
        return new Node(directory, options, setup, applications, store, engine, channel);
    }

    /// <summary>Stops cleanly and starts again on the same directory.</summary>
    /// <param name="between">Gets the directory while no store has it open.</param>
    public async Task RestartAsync(Action<string>? between = null)
    {
        await Engine.DisposeAsync();
        await _store.DisposeAsync();
        between?.Invoke(_directory);
        (_store, Engine) = await OpenAsync(_directory, _options, _setup, _applications, Channel);
    }

    public async Task<Topic> TopicAsync(string name) => (await Engine.Catalog.PutTopicAsync(name, default)).Value!;

    public async Task SubscribeAsync(SubscriptionDraft draft, StartFrom? from = null)
    {
        var result = await Engine.Catalog.PutSubscriptionAsync(draft, from ?? new StartFrom.Now(), null, default);
        if (!result.Done)
            throw new InvalidOperationException(string.Join("; ", result.Problems.Select(p => $"{p.Pointer} {p.Value}: {p.Rule}").Append(result.Detail)));
    }

    public static SubscriptionDraft Draft(string id, string topic = "orders") => new()
    {
        Id = id,
        Topic = topic,
        Endpoint = $"test://{id}/",
        Retry = new RetryPolicy { Waits = new RetryWaits.Exponential(TimeSpan.FromMilliseconds(20), 2, TimeSpan.FromMilliseconds(500), 0.2) },
    };

    /// <summary>Publishes events whose payload is the number of the event in its key: 1, 2, 3 …</summary>
    public Task PublishAsync(Topic topic, IEnumerable<(int Key, int Number)> events, Action<AttributeBuffer, int>? attributes = null) =>
        PublishAsync(Engine, topic, events, Verdict.Accepted, attributes);

    /// <summary>As above, on any engine.</summary>
    /// <param name="expected">The answer that each event must get.</param>
    public static async Task PublishAsync(
        HeraldEngine engine, Topic topic, IEnumerable<(int Key, int Number)> events, Verdict expected = Verdict.Accepted,
        Action<AttributeBuffer, int>? attributes = null)
    {
        var buffer = new AttributeBuffer();
        foreach (var chunk in events.Chunk(500))
        {
            using var batch = engine.Intake.Rent(topic);
            foreach (var (key, number) in chunk)
                Add(batch, key, number, buffer, attributes);
            await engine.Intake.PublishAsync(batch);
            foreach (var verdict in batch.Results)
            {
                if (verdict.Verdict != expected)
                    throw new InvalidOperationException($"an event was answered {verdict.Verdict}");
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        await _store.DisposeAsync();
        Directory.Delete(_directory, true);
    }

    private static void Add(PublishBatch batch, int key, int number, AttributeBuffer buffer, Action<AttributeBuffer, int>? attributes)
    {
        buffer.Clear();
        attributes?.Invoke(buffer, key);
        var problem = batch.Add(new EventDraft
        {
            Id = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{key}-{number}")),
            HasId = true,
            Key = Encoding.UTF8.GetBytes(key.ToString(CultureInfo.InvariantCulture)),
            HasKey = true,
            Payload = Encoding.UTF8.GetBytes(number.ToString(CultureInfo.InvariantCulture)),
            Attributes = buffer,
        });
        if (problem is not null)
            throw new InvalidOperationException(problem.Rule);
    }

    private static async Task<(JournalStore, HeraldEngine)> OpenAsync(
        string directory, EngineOptions options, NodeSetup setup, IReadOnlyList<IApplication> applications, ScriptedChannel channel)
    {
        var store = await JournalStore.OpenAsync(setup.Journal(new JournalOptions { Directory = directory }), TimeProvider.System, null, default);
        var parts = new EngineParts(setup.Log(store), store, setup.Shards(store), store, store, store, store, [channel], TimeProvider.System, new Random(1), setup.Logging)
        {
            Applications = applications,
        };
        var engine = await HeraldEngine.StartAsync(parts, options, default);
        _ = engine.Failed.ContinueWith(failed => channel.Fail(failed.Exception!), default, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        return (store, engine);
    }
}
