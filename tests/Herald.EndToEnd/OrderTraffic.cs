using System.Globalization;
using Herald.Client;
using Herald.Lab.Demos;
using Herald.Lab.Ledgers;
using Herald.Lab.Receivers;
using Herald.TestKit.Traces;
using Xunit;

namespace Herald.EndToEnd;

/// <summary>A load of order changes, the receivers with their subscriptions, and the check of what they received.</summary>
/// <param name="client">Called for every request. With several servers, it returns a client of one that runs.</param>
/// <param name="lives">Null when it cannot be known which of several processes has sent a request.</param>
internal sealed class OrderTraffic(
    int orders, int seed, Func<HeraldClient> client, TraceRecorder trace, Lives? lives, (string Name, Conduct Conduct)[] kinds)
    : IAsyncDisposable
{
    private const string Topic = "orders";
    private static readonly TimeSpan PublishPatience = TimeSpan.FromMinutes(2);

    private readonly List<OrderReceiver> _receivers = [];
    private readonly List<TracedReceiver> _traced = [];
    private OrderLoad? _load;

    public int Orders => orders;
    public int Seed => seed;
    public OrderLoad Load => _load!;
    public ReceiptLedger Ledger { get; } = new(kinds.Length);
    public IReadOnlyList<OrderReceiver> Receivers => _receivers;
    public IReadOnlyList<TracedReceiver> Traced => _traced;

    public async Task StartAsync(CancellationToken cancel)
    {
        _load = new OrderLoad(new EventPublisher(client, Topic, PublishPatience, TimeProvider.System), Ledger, orders, TimeProvider.System, new Random(seed));
        await SucceedsAsync(() => client().Topics.PutAsync(Topic, cancel: cancel), cancel);
        foreach (var (name, conduct) in kinds)
        {
            var receiver = new OrderReceiver(name, _receivers.Count, Ledger);
            _receivers.Add(receiver);
            await receiver.StartAsync(
                conduct, () => Load.Now, TimeProvider.System, new Random(seed + receiver.Number + 1), cancel, around =>
                {
                    _traced.Add(new TracedReceiver(trace, name, lives, around));
                    return _traced[^1];
                });
            _traced[^1].Address = receiver.Webhooks.Endpoint;
            await SucceedsAsync(() => receiver.SubscribeAsync(client(), Topic, cancel), cancel);
        }
    }

    /// <param name="otherwise">Returns more information for the message of a failure.</param>
    public Task UntilAcceptedAsync(long count, Func<string> otherwise, CancellationToken cancel) => Wait.UntilAsync(
        () => Ledger.AcceptedCount >= count, TimeSpan.FromSeconds(60), () => $"Only {Ledger.AcceptedCount} of {count} were accepted.\n{otherwise()}", cancel);

    /// <summary>Waits until every receiver has everything.</summary>
    public Task UntilDeliveredAsync(TimeSpan patience, Func<string> otherwise, CancellationToken cancel) => Wait.UntilAsync(
        () => Ledger.Judge().Lost == 0, patience, () => $"Not everything was delivered (seed {seed}): {Story()}\n{otherwise()}", cancel);

    /// <summary>Checks the whole trace with the external judge, and that no signature was refused.</summary>
    public void AssertSound()
    {
        trace.Tell("world", "settled");
        Assert.True(trace.Accusation() is null, $"Seed {seed}: {trace.Accusation()}\n{Story()}");
        Assert.True(_receivers.TrueForAll(receiver => receiver.Webhooks.Refusals == 0), $"Seed {seed}: {Story()}");
    }

    public string Story() => string.Join('\n', _receivers.Select(receiver =>
        string.Create(CultureInfo.InvariantCulture, $"{receiver.Name}: {Ledger.Judge(receiver.Number)}, {receiver.Retries:N0} retries")
        + (receiver.Webhooks.LastRefusal is { } refusal ? $", {receiver.Webhooks.Refusals} refused ({refusal})" : "")
        + (Ledger.Missing(receiver.Number, 5) is { Count: > 0 } missing ? $", missing {string.Join(' ', missing)}" : "")).Prepend(""));

    public async ValueTask DisposeAsync()
    {
        foreach (var receiver in _receivers)
            await receiver.DisposeAsync();
        _load?.Dispose();
    }

    /// <summary>Repeats a request that the store of a busy machine does not answer in time, as Herald's answer demands.</summary>
    private static async Task SucceedsAsync<T>(Func<Task<T>> ask, CancellationToken cancel)
        where T : Reply
    {
        var began = TimeProvider.System.GetTimestamp();
        while (await ask() is { Succeeded: false } refused)
        {
            var isPassing = refused.Status == 503 && TimeProvider.System.GetElapsedTime(began) < PublishPatience;
            Assert.True(isPassing, string.Join('\n', refused.ProblemLines()));
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, cancel);
        }
    }
}
