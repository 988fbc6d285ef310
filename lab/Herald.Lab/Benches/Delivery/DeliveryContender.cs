using System.Globalization;
using Herald.Client;
using Herald.Lab.Benches.Load;
using Herald.Lab.Benches.Rounds;

namespace Herald.Lab.Benches.Delivery;

/// <summary>
/// Herald as a sender. A round is a number of events. It lasts from the moment at which Herald can deliver them until the receiver has the
/// last one.
/// </summary>
/// <param name="paused">
/// True: the events are stored before the round begins, and resuming the subscriptions begins it. False: publishing begins it.
/// </param>
/// <param name="servers">The CPU of Herald, and of the servers that it uses.</param>
/// <param name="publisher">The publisher of the events; null for one that publishes to Herald directly.</param>
internal sealed class DeliveryContender(
    IReadOnlyList<CpuSource> servers, HeraldClient client, ReceiverPart receiver, int subscriptions, bool paused, BenchRig rig,
    INumberedPublisher? publisher = null) : IContender
{
    private const double FirstGuess = 3000;
    private const int FewestEvents = 100;
    private readonly INumberedPublisher _publisher = publisher ?? new NumberedPublisher(client);
    private double _rate = FirstGuess;
    private int _events;

    public string Name => "herald";
    public IReadOnlyList<CpuSource> Processes { get; } = [.. servers, receiver.Cpu];

    private long Expected => _publisher.Published * subscriptions;

    /// <param name="maxInFlight">The limit of each subscription.</param>
    public async Task SubscribeAsync(int maxInFlight, CancellationToken cancel)
    {
        await SucceedAsync(client.Topics.PutAsync(PublishShape.Topic, cancel: cancel));
        for (var i = 0; i < subscriptions; i++)
            await SucceedAsync(client.Subscriptions.PutAsync(NameOf(i), new SubscriptionDefinition
            {
                Topic = PublishShape.Topic,
                Endpoint = receiver.EndpointOf(i).ToString(),
                Secret = receiver.Secret,
                Limits = new DeliveryLimits { MaxInFlight = maxInFlight },
            }, cancel: cancel));
    }

    /// <summary>Runs rounds until the time is over. How many events fill that time is known only afterwards.</summary>
    public async Task WarmUpAsync(TimeSpan length, CancellationToken cancel)
    {
        for (var began = rig.Time.GetTimestamp(); rig.Time.GetElapsedTime(began) < length;)
        {
            await PrepareAsync(length / 2, cancel);
            await MeasureAsync(length / 2, cancel);
        }
    }

    public async Task PrepareAsync(TimeSpan length, CancellationToken cancel)
    {
        _events = Math.Max(FewestEvents, (int)(_rate * length.TotalSeconds / subscriptions));
        if (!paused)
            return;
        await TellAsync(client.Subscriptions.PauseAsync, cancel);
        await _publisher.PublishAsync(_events, cancel);
    }

    public async Task<double> MeasureAsync(TimeSpan length, CancellationToken cancel)
    {
        var began = rig.Time.GetTimestamp();
        if (paused)
            await TellAsync(client.Subscriptions.ResumeAsync, cancel);
        else
            await _publisher.PublishAsync(_events, cancel);
        var state = await receiver.UntilAsync(Expected, cancel);
        return _rate = (double)_events * subscriptions / rig.Time.GetElapsedTime(began, state.LastAt).TotalSeconds;
    }

    /// <summary>Checks that every event came once to every subscription, in order and signed.</summary>
    /// <returns>The number of deliveries.</returns>
    public async Task<long> JudgeAsync(CancellationToken cancel)
    {
        var state = await receiver.StateAsync(cancel);
        if (state.Herald != Expected)
            rig.Fail($"{Expected} deliveries were expected, but {state.Herald} different ones were received.");
        if (state.Complaint is { } complaint)
            rig.Fail($"Of the deliveries {complaint}");
        if (state.Repeated > 0)
            rig.Note($"{state.Repeated} deliveries were received more than once, which is allowed.");
        return Expected;
    }

    private async Task TellAsync(Func<string, CancellationToken, Task<Reply<Subscription>>> tell, CancellationToken cancel)
    {
        for (var i = 0; i < subscriptions; i++)
            await SucceedAsync(tell(NameOf(i), cancel));
    }

    private static string NameOf(int subscription) => string.Create(CultureInfo.InvariantCulture, $"s{subscription}");

    private static async Task SucceedAsync<T>(Task<T> asked)
        where T : Reply
    {
        var reply = await asked;
        if (!reply.Succeeded)
            throw new BenchException(string.Join(" ", reply.ProblemLines()));
    }
}
