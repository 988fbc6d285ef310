using System.Text;
using Herald.Cli.Alarms;
using Herald.Nats.Connecting;
using Herald.Nats.Subscriptions;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Herald.EndToEnd.Alarms;

/// <summary>Users who tell of their alarms, somebody who reads their digests, and the judge. There are streams for both, or for none.</summary>
internal sealed class AlarmsTraffic : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly CancellationTokenSource _over = new(), _read = new();
    private readonly DigestLedger _ledger = new(TimeProvider.System);
    private readonly AlarmCrowd _crowd;
    private readonly DigestReading _reading;
    private readonly NatsSubscription? _heard;
    private readonly Func<string> _output;
    private Task _telling = Task.CompletedTask, _listening = Task.CompletedTask;

    private AlarmsTraffic(NatsConnection connection, bool kept, int seed, Func<string> output)
    {
        (Connection, _output) = (connection, output);
        _crowd = new AlarmCrowd(connection, _ledger, seed, kept);
        _reading = new DigestReading(connection, _ledger.Take);
        _heard = kept ? null : connection.Subscribe(AlarmMessage.Digest);
    }

    public NatsConnection Connection { get; }
    public long Received => _ledger.Received;

    /// <summary>Connects, and makes the streams; nothing is told yet.</summary>
    /// <param name="url">Of NATS; several with commas.</param>
    /// <param name="replicas">Of each stream; 0 for no streams.</param>
    /// <param name="output">What Herald has said, for when something is wrong.</param>
    public static async Task<AlarmsTraffic> PrepareAsync(string url, int replicas, int seed, Func<string> output, CancellationToken cancel)
    {
        var connection = new NatsConnection(new ConnectionOptions { Servers = ServerAddress.ParseAll(url)!, Name = "test" }, TimeProvider.System, new Random(seed), NullLogger.Instance);
        connection.Start();
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
        _listening = _heard is null ? _reading.RunAsync(_read.Token) : HearAsync(_heard);
    }

    /// <summary>So many digests more have come.</summary>
    public Task ProgressAsync(int digests, CancellationToken cancel)
    {
        var wanted = _ledger.Received + digests;
        return Wait.UntilAsync(() => _ledger.Received >= wanted || _ledger.Wrong > 0 || _telling.IsFaulted, Patience, Told, cancel);
    }

    /// <summary>The stories come to their ends. Every digest is there once, in its user's order, and no other.</summary>
    public async Task FinishAsync(CancellationToken cancel)
    {
        await _over.CancelAsync();
        await _telling;
        await Wait.UntilAsync(() => _ledger.Missing == 0 || _ledger.Wrong > 0, Patience, Told, cancel);
        // Each user's last digest has come, so nothing follows; but what a stream has twice would.
        if (_ledger is not { Wrong: 0, Missing: 0, Repeats: 0 })
            Assert.Fail($"{(_heard is null ? await AlarmStreams.TellLostAsync(Connection, _crowd.Told, cancel) : "")}{Told()}");
        // Otherwise nothing was said.
        Assert.True(_ledger.Expected > 2 * AlarmCrowd.Users, Told());
    }

    public string Story() => $"{_crowd.Told.Count} messages, {_crowd.Again} told again; {_ledger.Expected} digests expected, {_ledger.Received} received, {_ledger.Repeats} repeats, {_ledger.Wrong} wrong";

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
            _ledger.Take(DigestReading.UserOf(message.Payload), Encoding.UTF8.GetString(message.Payload.Span));
    }

    private string Told() => $"{Story()}; reading: {_reading.Trouble}\n{string.Join('\n', _ledger.Samples())}\n{_output()}";
}
