using System.Globalization;
using System.Security.Cryptography;
using Herald.Lab.Benches.Parts;
using Herald.Lab.Benches.Rounds;

namespace Herald.Lab.Benches.Delivery;

/// <summary>The bench's view of the <see cref="CountingReceiver"/>, which runs in a process of its own.</summary>
internal sealed class ReceiverPart
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly BenchPart _part;
    private readonly TimeProvider _time;

    private ReceiverPart(BenchPart part, string secret, TimeProvider time)
    {
        (_part, Secret, _time) = (part, secret, time);
        Cpu = CpuSource.Of(part);
    }

    public string Secret { get; }
    public CpuSource Cpu { get; }

    public static async Task<ReceiverPart> StartAsync(int subscriptions, BenchRig rig, CancellationToken cancel)
    {
        var secret = "whsec_" + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        var part = await rig.StartPartAsync(
            PartCommand.ReceiverName, cancel,
            PartCommand.SecretOption, secret, PartCommand.SubscriptionsOption, subscriptions.ToString(CultureInfo.InvariantCulture));
        return new(part, secret, rig.Time);
    }

    public Uri EndpointOf(int subscription) => new(new Uri(_part.Address), subscription.ToString(CultureInfo.InvariantCulture));

    public async Task<ReceiverState> StateAsync(CancellationToken cancel) => ReceiverState.Parse(await _part.AskAsync("state", cancel));

    /// <summary>Waits until the receiver has this many distinct events from Herald.</summary>
    /// <exception cref="BenchException">No event has come for the length of the patience.</exception>
    public async Task<ReceiverState> UntilAsync(long count, CancellationToken cancel)
    {
        var (seen, since) = (-1L, _time.GetTimestamp());
        while (true)
        {
            var state = await StateAsync(cancel);
            if (state.Herald >= count)
                return state;
            if (state.Herald != seen)
                (seen, since) = (state.Herald, _time.GetTimestamp());
            else if (_time.GetElapsedTime(since) > Patience)
                throw new BenchException(
                    $"{count - seen} of {count} deliveries were not received, and none has been for "
                        + $"{Patience.TotalSeconds:0} s. {state.Complaint}");
            await Task.Delay(LookEvery, _time, cancel);
        }
    }
}
