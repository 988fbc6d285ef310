using System.Text;
using System.Text.Json;
using Herald.Nats;
using Herald.Nats.Connecting;
using Herald.Nats.JetStream;
using Herald.Nats.Subscriptions;

namespace Herald.EndToEnd.Alarms;

/// <summary>The streams that the tests make before Herald does.</summary>
internal static class AlarmStreams
{
    public const string Incoming = "ALARMS", Digests = "DIGESTS";

    private static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(5), Patience = TimeSpan.FromSeconds(60), Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// What comes in is kept as often as it is told, so that Herald has to recognise what comes again; digests are kept once for longer than any test takes.
    /// </summary>
    public static async Task MakeAsync(NatsConnection connection, int replicas, CancellationToken cancel)
    {
        string[] subjects = ["AlarmStatusChanged", "AlarmStatusChanged.>", "SendAlarmDigest", "SendAlarmDigest.>"];
        await MakeAsync(connection, new StreamSpec(Incoming, subjects) { Replicas = replicas, DuplicateWindow = TimeSpan.FromMilliseconds(100) }, cancel);
        await MakeAsync(connection, new StreamSpec(Digests, ["AlarmDigest"]) { Replicas = replicas, DuplicateWindow = TimeSpan.FromHours(1) }, cancel);
    }

    /// <returns>The name of the server that leads the stream; null while there is none.</returns>
    public static async Task<string?> LeaderAsync(NatsConnection connection, string stream, CancellationToken cancel)
    {
        try
        {
            var answer = await connection.RequestAsync(new($"$JS.API.STREAM.INFO.{stream}", default), AnswerPatience, cancel);
            using var info = JsonDocument.Parse(answer.Payload);
            return info.RootElement.TryGetProperty("cluster", out var cluster) && cluster.TryGetProperty("leader", out var leader) ? leader.GetString() : null;
        }
        catch (NatsException)
        {
            return null;
        }
    }

    /// <summary>Whether each of the stream's replicas has all that its leader has: until then another server that is killed may take more with it than a cluster can bear.</summary>
    public static async Task<bool> IsWholeAsync(NatsConnection connection, string stream, CancellationToken cancel)
    {
        try
        {
            var answer = await connection.RequestAsync(new($"$JS.API.STREAM.INFO.{stream}", default), AnswerPatience, cancel);
            using var info = JsonDocument.Parse(answer.Payload);
            return info.RootElement.TryGetProperty("cluster", out var cluster) && cluster.TryGetProperty("leader", out _) && cluster.TryGetProperty("replicas", out var replicas)
                && replicas.EnumerateArray().All(replica => replica.GetProperty("current").GetBoolean());
        }
        catch (NatsException)
        {
            return false;
        }
    }

    /// <returns>How many messages the stream has; null when nobody says so now.</returns>
    public static async Task<long?> CountAsync(NatsConnection connection, string stream, CancellationToken cancel)
    {
        try
        {
            var answer = await connection.RequestAsync(new($"$JS.API.STREAM.INFO.{stream}", default), AnswerPatience, cancel);
            using var info = JsonDocument.Parse(answer.Payload);
            return info.RootElement.TryGetProperty("state", out var state) ? state.GetProperty("messages").GetInt64() : null;
        }
        catch (NatsException)
        {
            return null;
        }
    }

    /// <summary>All that a stream has, in its order. It has something.</summary>
    public static async Task<IReadOnlyList<NatsMessage>> ReadAllAsync(NatsConnection connection, string stream, CancellationToken cancel)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                var all = new List<NatsMessage>();
                await using var reader = await OrderedReader.BeginAsync(
                    connection, new JetStreamClient(connection, AnswerPatience), stream, "test", new OrderedStart([], 1), new PullBounds(), TimeProvider.System, cancel);
                for (var pending = 1L; pending > 0;)
                {
                    await reader.WaitAsync(cancel);
                    while (reader.TryTake(out var message, out var place))
                    {
                        pending = place.Pending;
                        all.Add(message!);
                    }
                }
                return all;
            }
            catch (NatsException) when (TimeProvider.System.GetElapsedTime(began) < Patience)
            {
                await Task.Delay(Pause, TimeProvider.System, cancel);
            }
        }
    }

    /// <summary>When something is wrong: who lost it. What NATS has acknowledged and does not have is not Herald's to tell.</summary>
    public static async Task<string> TellLostAsync(NatsConnection connection, ICollection<string> acknowledged, CancellationToken cancel)
    {
        var there = new HashSet<string>(StringComparer.Ordinal);
        foreach (var message in await ReadAllAsync(connection, Incoming, cancel))
        {
            if (message.Headers.TryFind(Encoding.ASCII.GetBytes(JetStreamClient.MessageIdHeader), out var id))
                there.Add(Encoding.ASCII.GetString(id));
        }
        return $"Of {acknowledged.Count} messages that the stream {Incoming} has acknowledged it does not have {acknowledged.Count(id => !there.Contains(id))}.\n";
    }

    // Servers that have just met elect a leader first.
    private static async Task MakeAsync(NatsConnection connection, StreamSpec spec, CancellationToken cancel)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                await new JetStreamClient(connection, AnswerPatience).EnsureStreamAsync(spec, cancel);
                return;
            }
            catch (NatsException) when (TimeProvider.System.GetElapsedTime(began) < Patience)
            {
                await Task.Delay(Pause, TimeProvider.System, cancel);
            }
        }
    }
}
