using Herald.Client;
using Herald.Lab.Benches.Load;
using Herald.Lab.Benches.Rounds;
using Herald.Lab.Notifications;

namespace Herald.Lab.Benches.Notifications;

/// <summary>
/// A server that takes posts, with its providers paused or at work. While they work, a round ends when all of its notifications are sent.
/// </summary>
/// <param name="subscription">What sends: <c>notifications-slack</c> or <c>notifications-email</c>.</param>
internal sealed class SendingContender(
    LoadContender load, HeraldClient client, string subscription, SentTo sent, bool isPaused, BenchRig rig) : IContender
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(10), Patience = TimeSpan.FromMinutes(3);

    private readonly List<double> _sent = [];
    private bool _counts;

    public string Name => load.Name;

    public IReadOnlyList<CpuSource> Processes => load.Processes;

    /// <summary>Notifications that were sent per second, posts included, in each measured round.</summary>
    public IReadOnlyList<double> SentPerSecond => _sent;

    public async Task WarmUpAsync(TimeSpan length, CancellationToken cancel)
    {
        await PrepareAsync(length, cancel);
        _counts = false;
        await MeasureAsync(length, cancel);
    }

    public async Task PrepareAsync(TimeSpan length, CancellationToken cancel)
    {
        _counts = true;
        await RequireAsync(isPaused ? client.Subscriptions.PauseAsync(subscription, cancel) : client.Subscriptions.ResumeAsync(subscription, cancel));
        if (!isPaused)
            await UntilSentAsync(cancel);
    }

    public async Task<double> MeasureAsync(TimeSpan length, CancellationToken cancel)
    {
        var (before, began) = (sent.Notifications, rig.Time.GetTimestamp());
        var accepted = await load.MeasureAsync(length, cancel);
        if (isPaused)
            return accepted;
        var last = await UntilSentAsync(cancel);
        if (_counts)
            _sent.Add((sent.Notifications - before) / rig.Time.GetElapsedTime(began, last).TotalSeconds);
        return accepted;
    }

    /// <returns>When the last notification was sent.</returns>
    public async Task<long> UntilSentAsync(CancellationToken cancel)
    {
        var began = rig.Time.GetTimestamp();
        var (count, last) = (sent.Notifications, began);
        while (await client.Notifications.CountsAsync(cancel) is var reply && (reply.Value is not { } found || Waiting(found) > 0))
        {
            if (sent.Notifications != count)
                (count, last) = (sent.Notifications, rig.Time.GetTimestamp());
            if (rig.Time.GetElapsedTime(began) > Patience)
                throw new BenchException($"After {Patience.TotalMinutes:0} minutes, notifications still wait for {sent.Destination}.");
            await Task.Delay(LookEvery, rig.Time, cancel);
        }
        return sent.Notifications != count ? rig.Time.GetTimestamp() : last;
    }

    private long Waiting(NotificationCounts found) =>
        found.Counts.TryGetValue(sent.Destination, out var one) ? one.GetValueOrDefault("NOT_PROCESSED") : 0;

    private static async Task RequireAsync<T>(Task<T> asked)
        where T : Reply
    {
        var reply = await asked;
        if (!reply.Succeeded)
            throw new BenchException(string.Join(' ', reply.ProblemLines()));
    }
}
