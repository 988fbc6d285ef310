using System.Globalization;
using Herald.Lab.Benches.Load;
using Herald.Lab.Benches.Parts;
using Herald.Lab.Benches.Rounds;

namespace Herald.Lab.Benches.Delivery;

/// <summary>The limit of delivery: <see cref="BareLoop"/> against the same receiver that Herald sends to.</summary>
internal sealed class BareContender(BenchPart sender, ReceiverPart receiver, Uri target, BenchRig rig) : IContender
{
    private static readonly int[] Tried = [16, 32, 64, 128, 256, 512];
    private int _atATime = 32;
    private long _answered;

    public string Name => "bare loop";
    public IReadOnlyList<CpuSource> Processes { get; } = [CpuSource.Of(sender), receiver.Cpu];

    /// <summary>Also finds the best number of concurrent requests.</summary>
    public async Task WarmUpAsync(TimeSpan length, CancellationToken cancel)
    {
        await MeasureAsync(length / 2, cancel);
        var best = 0d;
        foreach (var atATime in Tried)
        {
            var rate = (await RunAsync(length / Tried.Length, atATime, cancel)).RequestsPerSecond;
            if (rate > best)
                (best, _atATime) = (rate, atATime);
        }
        rig.Note($"The bare loop has {_atATime} requests at a time, which was the fastest of {string.Join(", ", Tried)}.");
    }

    public Task PrepareAsync(TimeSpan length, CancellationToken cancel) => Task.CompletedTask;

    public async Task<double> MeasureAsync(TimeSpan length, CancellationToken cancel) =>
        (await RunAsync(length, _atATime, cancel)).RequestsPerSecond;

    /// <summary>The receiver must have received every request that the limits sent.</summary>
    /// <param name="native">The native client that sent to the same receiver; null when there was none.</param>
    public async Task JudgeAsync(NativeContender? native, CancellationToken cancel)
    {
        var received = (await receiver.StateAsync(cancel)).Limit;
        var (answered, unanswered) = native?.Sent ?? (0, 0);
        answered += _answered;
        if (received < answered || received > answered + unanswered)
            rig.Fail($"The limits got {answered} answers, but the receiver got {received} requests.");
    }

    private async Task<LoadResult> RunAsync(TimeSpan length, int atATime, CancellationToken cancel)
    {
        var result = LoadResult.Parse(await sender.AskAsync(new BareOrder(target, receiver.Secret, length, atATime).ToLine(), cancel));
        if (result.Refused > 0 || result.Broken > 0)
            rig.Fail(string.Create(CultureInfo.InvariantCulture,
                $"Of the bare loop's {result.Requests} requests {result.Refused} were refused, and {result.Broken} got no answer."));
        _answered += result.Requests;
        return result;
    }
}
