using System.Collections.Concurrent;
using System.Globalization;
using Herald.Lab.Alarms;
using Herald.Nats;
using Herald.Nats.Clusters;
using Herald.Nats.JetStream;
using Herald.Nats.Messages;

namespace Herald.EndToEnd.Alarms;

/// <summary>
/// Publishes the messages of many users to NATS at the same time, whatever happens to Herald. The next message of a user is published only
/// once NATS has stored the one before. So a repeated message never comes after its successor.
/// </summary>
/// <param name="kept">
/// Whether a stream stores the messages. If it does, each message is repeated until the stream acknowledges it. Otherwise it is sent once.
/// </param>
internal sealed class AlarmCrowd(ClusterConnection connection, DigestLedger ledger, int seed, bool kept)
{
    private const int Tellers = 20, UsersOfTeller = 10;
    private static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(2), Pause = TimeSpan.FromMilliseconds(50), Patience = TimeSpan.FromSeconds(90);

    private readonly JetStreamClient _jetStream = new(connection, AnswerPatience);
    private readonly ConcurrentDictionary<string, bool> _told = new(StringComparer.Ordinal);
    private long _again;

    public const int Users = Tellers * UsersOfTeller;

    /// <summary>The ids of the messages that were sent; with a stream, of those that it has acknowledged.</summary>
    public ICollection<string> Told => _told.Keys;

    /// <summary>How many messages were sent again, because NATS had not acknowledged them.</summary>
    public long Again => Interlocked.Read(ref _again);

    /// <summary>Publishes until <paramref name="over"/> is cancelled. Then every user ends with a last digest.</summary>
    public Task RunAsync(CancellationToken over, CancellationToken cancel) => Task.WhenAll(Enumerable.Range(0, Tellers).Select(teller => TellAsync(teller, over, cancel)));

    private async Task TellAsync(int teller, CancellationToken over, CancellationToken cancel)
    {
        var random = new Random((seed * Tellers) + teller);
        var users = Enumerable.Range(0, UsersOfTeller).Select(user => new UserStory(string.Create(CultureInfo.InvariantCulture, $"user-{teller}-{user}"), ledger, random)).ToList();
        using var pace = new PeriodicTimer(Pause, TimeProvider.System);
        while (!over.IsCancellationRequested)
        {
            foreach (var message in users[random.Next(users.Count)].More())
                await TellAsync(message, cancel);
            await pace.WaitForNextTickAsync(cancel);
        }
        foreach (var message in users.SelectMany(user => user.End()))
            await TellAsync(message, cancel);
    }

    private async Task TellAsync(AlarmMessage message, CancellationToken cancel)
    {
        var outgoing = new OutgoingMessage(message.Subject, message.Payload) { Headers = new() { [JetStreamClient.MessageIdHeader] = message.Id } };
        if (kept)
            await KeepAsync(outgoing, cancel);
        else
            await connection.PublishAsync(outgoing, cancel);
        _told[message.Id] = true;
    }

    private async Task KeepAsync(OutgoingMessage message, CancellationToken cancel)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                await _jetStream.PublishAsync(message, cancel);
                return;
            }
            catch (NatsException) when (TimeProvider.System.GetElapsedTime(began) < Patience)
            {
                Interlocked.Increment(ref _again);
                await Task.Delay(Pause, TimeProvider.System, cancel);
            }
        }
    }
}
