using Herald.Brokers.Feeds;
using Herald.Brokers.Sinks;
using Herald.Contracts.Sources;
using Herald.Engine.Sources;
using Herald.Kafka.Sources;
using Microsoft.Extensions.Logging.Abstractions;

namespace Herald.Kafka.Tests.Sources;

/// <summary>A source that can be killed. The group notices that only when its session expires.</summary>
internal sealed class Member : IAsyncDisposable
{
    private readonly CancellationTokenSource _givingUp = new();
    private readonly KafkaFeed _feed;
    private readonly Task _pumping;
    private bool _ended;

    private Member(string servers, KafkaOptions options, IMessageSink sink)
    {
        _feed = new(KafkaReading.Cluster(servers), options, options.Sources[0], sink, TimeProvider.System, NullLogger.Instance);
        _pumping = new FeedPump(_feed, sink, options, _ => { }, TimeProvider.System).RunAsync(_givingUp.Token);
    }

    /// <summary>Partitions have been assigned, possibly none, or there was a reason why that can take long.</summary>
    public bool HasJoined => _feed.Ready.IsCompleted;

    /// <summary>Completes when the source has joined the group.</summary>
    public static async Task<Member> JoinAsync(SourceNode node, string servers, string topic, string group)
    {
        var member = await BeginAsync(node, servers, topic, group);
        await member._feed.Ready.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        return member;
    }

    /// <summary>Completes when the source has begun to join the group.</summary>
    public static async Task<Member> BeginAsync(SourceNode node, string servers, string topic, string group)
    {
        var sink = new LogSink(new(node.Engine.Intake, node.Engine.Catalog, SourceNode.Topic, new PlainReader(), TimeProvider.System, NullLogger.Instance));
        await sink.StartAsync(TestContext.Current.CancellationToken);
        return new Member(servers, KafkaReading.Options(topic, group), sink);
    }

    public async Task KillAsync()
    {
        _ended = true;
        await _givingUp.CancelAsync();
        await _pumping.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _feed.AbandonAsync();
        _givingUp.Dispose();
    }

    public async Task LeaveAsync()
    {
        _ended = true;
        await _feed.StopAsync(CancellationToken.None);
        await _pumping;
        await _feed.DisposeAsync();
        _givingUp.Dispose();
    }

    public ValueTask DisposeAsync() => _ended ? ValueTask.CompletedTask : new(LeaveAsync());
}
