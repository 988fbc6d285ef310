using System.Text;
using Herald.Lab.Alarms;
using Herald.Nats.Clusters;
using Herald.Nats.JetStream;
using Herald.Nats.Messages;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Herald.EndToEnd.Alarms;

/// <summary>
/// Users that publish alarm changes, and the check of their digests. There are streams for both directions, or for none. With streams, the
/// final content of the digest stream counts: what a server sent before another one became leader need not be in it.
/// </summary>
internal sealed class AlarmsTraffic : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90), LookEvery = TimeSpan.FromMilliseconds(20);

    private readonly CancellationTokenSource _over = new(), _read = new();
    private readonly DigestLedger _ledger = new(TimeProvider.System);
    private readonly AlarmCrowd _crowd;
    private readonly NatsSubscription? _heard;

    // With a stream: every published digest, including those that the stream drops as repeats. By id: the digest, and how often it came.
    private readonly NatsSubscription? _published;
    private readonly Dictionary<string, (string Digest, int Times)> _sent = new(StringComparer.Ordinal);
    private readonly List<string> _unlike = [];
    private readonly Func<string> _output;
    private long _counted;
    private Task _telling = Task.CompletedTask, _listening = Task.CompletedTask;

    private AlarmsTraffic(ClusterConnection connection, bool kept, int seed, Func<string> output)
    {
        (Connection, _output) = (connection, output);
        _crowd = new AlarmCrowd(connection, _ledger, seed, kept);
        _heard = kept ? null : connection.Subscribe(AlarmMessage.Digest);
        _published = kept ? connection.Subscribe(AlarmMessage.Digest) : null;
    }

    public ClusterConnection Connection { get; }

    /// <summary>Connects and creates the streams. Nothing is published yet.</summary>
    /// <param name="url">The URLs of the NATS servers, separated by commas.</param>
    /// <param name="replicas">The number of replicas of each stream; 0 for no streams.</param>
    /// <param name="output">Returns the output of Herald, to explain a failure.</param>
    public static async Task<AlarmsTraffic> PrepareAsync(string url, int replicas, int seed, Func<string> output, CancellationToken cancel)
    {
        var connection = ClusterConnection.Begin(new ConnectionOptions { Servers = ServerAddress.ParseAll(url)!, Name = "test" }, TimeProvider.System, NullLogger.Instance);
        try
        {
            await connection.WhenConnectedAsync(cancel).WaitAsync(Patience, TimeProvider.System, cancel);
            if (replicas > 0)
                await AlarmStreams.MakeAsync(connection, replicas, cancel);
            var traffic = new AlarmsTraffic(connection, replicas > 0, seed, output);
            await connection.FlushAsync(cancel);
            return traffic;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public void Begin(CancellationToken cancel)
    {
        _telling = _crowd.RunAsync(_over.Token, cancel);
        _listening = _heard is null ? WatchAsync(_published!) : HearAsync(_heard);
    }

    /// <summary>Waits until this many more digests have come.</summary>
    public async Task ProgressAsync(int digests, CancellationToken cancel)
    {
        var wanted = await CountAsync(cancel) + digests;
        Assert.True(await UntilAsync(async () => await CountAsync(cancel) >= wanted || _telling.IsFaulted, cancel), Told());
    }

    /// <summary>Ends the traffic. Every expected digest must have come once, in its user's order, and no other.</summary>
    public async Task FinishAsync(CancellationToken cancel)
    {
        await _over.CancelAsync();
        await _telling;
        await UntilAsync(async () => await CountAsync(cancel) >= _ledger.Expected, cancel);
        // The last digest of each user has come, so no other should follow. Reading the whole stream also finds what is in it twice.
        foreach (var digest in _heard is null ? await AlarmStreams.ReadAllAsync(Connection, AlarmStreams.Digests, cancel) : [])
            Take(digest);
        if (_ledger is not { Wrong: 0, Missing: 0, Repeats: 0 })
            Assert.Fail($"{(_heard is null ? await AlarmStreams.TellLostAsync(Connection, _crowd.Told, cancel) : "")}{Told()}");
        lock (_sent)
            Assert.True(_unlike.Count == 0, $"{string.Join('\n', _unlike.Take(5))}\n{Told()}");
        // With fewer digests, the test would prove nothing.
        Assert.True(_ledger.Expected > 2 * AlarmCrowd.Users, Told());
    }

    public string Story() => $"{_crowd.Told.Count} messages, {_crowd.Again} told again; {_ledger.Expected} digests expected, {_ledger.Received} received, {_ledger.Repeats} repeats, {_ledger.Wrong} wrong{(_published is null ? "" : $"; {Again} published again, which the stream has recognised")}";

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _read.CancelAsync();
        await _listening.ContinueWith(_ => { }, TaskScheduler.Default);
        await Connection.DisposeAsync();
        await _telling.ContinueWith(_ => { }, TaskScheduler.Default);
        _over.Dispose();
        _read.Dispose();
    }

    private async Task HearAsync(NatsSubscription digests)
    {
        await foreach (var message in digests.ReadAllAsync(_read.Token))
            Take(message);
    }

    private async Task WatchAsync(NatsSubscription published)
    {
        await foreach (var message in published.ReadAllAsync(_read.Token))
        {
            var digest = Encoding.UTF8.GetString(message.Payload.Span);
            var id = message.Headers.TryFind(Encoding.ASCII.GetBytes(JetStreamClient.MessageIdHeader), out var found) ? Encoding.ASCII.GetString(found) : "";
            lock (_sent)
            {
                var known = _sent.GetValueOrDefault(id, (digest, 0));
                if (id.Length == 0 || known.Item1 != digest)
                    _unlike.Add($"Published with id '{id}': {digest}, after {known.Item1}");
                _sent[id] = (known.Item1, known.Item2 + 1);
            }
        }
    }

    private int Again
    {
        get
        {
            lock (_sent)
                return _sent.Values.Sum(one => one.Times - 1);
        }
    }

    private void Take(NatsMessage digest) => _ledger.Take(Digest.UserOf(digest.Payload), Encoding.UTF8.GetString(digest.Payload.Span));

    /// <summary>Returns the last known count when no server answers now.</summary>
    private async Task<long> CountAsync(CancellationToken cancel) =>
        _counted = _heard is null ? await AlarmStreams.CountAsync(Connection, AlarmStreams.Digests, cancel) ?? _counted : _ledger.Received + _ledger.Wrong;

    /// <returns>Whether the condition held before the time was over.</returns>
    private static async Task<bool> UntilAsync(Func<Task<bool>> holds, CancellationToken cancel)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(began) < Patience)
        {
            if (await holds())
                return true;
            await Task.Delay(LookEvery, TimeProvider.System, cancel);
        }
        return false;
    }

    private string Told() => $"{Story()}\n{string.Join('\n', _ledger.Samples())}\n{_output()}";
}
