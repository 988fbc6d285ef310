using Herald.Engine.Sources;
using Herald.Kafka.Clusters;
using Herald.Kafka.Metrics;
using Herald.Kafka.Sources;
using Microsoft.Extensions.Logging.Abstractions;

namespace Herald.Kafka.Tests.Sources;

/// <summary>A source that can be killed. The group notices that only when its session expires.</summary>
internal sealed class Member : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _assigned = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SourceRun _run;
    private readonly Task _running;
    private bool _ended;

    private Member(KafkaCluster cluster, KafkaSourceOptions options, SourceIntake intake)
    {
        var (time, logger) = (TimeProvider.System, NullLogger.Instance);
        _run = new(cluster, options, intake, new SourceGauges(), new ClientNotices("member", cluster, time, logger), () => _assigned.TrySetResult(), time, logger);
        _running = Task.Factory.StartNew(() => _run.Run(_stopping.Token), default, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Partitions have been assigned, possibly none, or there was a reason why that can take long.</summary>
    public bool HasJoined => _assigned.Task.IsCompleted;

    /// <summary>Completes when the source has joined the group.</summary>
    public static async Task<Member> JoinAsync(Node node, string servers, string topic, string group)
    {
        var member = await BeginAsync(node, servers, topic, group);
        await member._assigned.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        return member;
    }

    /// <summary>Completes when the source has begun to join the group.</summary>
    public static async Task<Member> BeginAsync(Node node, string servers, string topic, string group)
    {
        var intake = new SourceIntake(node.Engine.Intake, node.Engine.Catalog, Node.Topic, new PlainReader(), TimeProvider.System, NullLogger.Instance);
        await intake.StartAsync(TestContext.Current.CancellationToken);
        return new Member(Node.Cluster(servers), Node.Options(topic, group), intake);
    }

    public async Task KillAsync()
    {
        await StopAsync();
        _run.Dispose();
    }

    public async Task LeaveAsync()
    {
        await StopAsync();
        _run.Leave();
        _run.Dispose();
    }

    public ValueTask DisposeAsync() => _ended ? ValueTask.CompletedTask : new(LeaveAsync());

    private async Task StopAsync()
    {
        _ended = true;
        await _stopping.CancelAsync();
        await _running;
        _stopping.Dispose();
    }
}
