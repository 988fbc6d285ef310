using System.Text;
using System.Text.Json;
using Herald.Nats;
using Herald.Nats.Clusters;
using Herald.Nats.JetStream;
using Herald.Nats.Messages;

namespace Herald.EndToEnd.Alarms;

/// <summary>Streams that the tests create before Herald does.</summary>
internal static class AlarmStreams
{
    public const string Incoming = "ALARMS", Digests = "DIGESTS";

    private static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(5), Patience = TimeSpan.FromSeconds(60), Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// The incoming stream stores repeated messages, so that Herald has to recognise them. The stream of digests recognises repeats for an
    /// hour, which is longer than any test.
    /// </summary>
    public static async Task MakeAsync(ClusterConnection connection, int replicas, CancellationToken cancel)
    {
        string[] subjects = ["AlarmStatusChanged", "AlarmStatusChanged.>", "SendAlarmDigest", "SendAlarmDigest.>"];
        await MakeAsync(connection, new StreamSpec(Incoming, subjects) { Replicas = replicas, DuplicateWindow = TimeSpan.FromMilliseconds(100) }, cancel);
        await MakeAsync(connection, new StreamSpec(Digests, ["AlarmDigest"]) { Replicas = replicas, DuplicateWindow = TimeSpan.FromHours(1) }, cancel);
    }

    /// <returns>The name of the server that leads the stream; null while there is none.</returns>
    public static async Task<string?> LeaderAsync(ClusterConnection connection, string stream, CancellationToken cancel)
    {
        try
        {
            var answer = await connection.RequestAsync(new($"$JS.API.STREAM.INFO.{stream}", default), AnswerPatience, cancel);
            using var info = JsonDocument.Parse(answer);
            return info.RootElement.TryGetProperty("cluster", out var cluster) && cluster.TryGetProperty("leader", out var leader) ? leader.GetString() : null;
        }
        catch (NatsException)
        {
            return null;
        }
    }

    /// <summary>
    /// Whether every replica of the stream has all that its leader has. Before that, killing another server can lose more than a cluster
    /// can restore.
    /// </summary>
    public static async Task<bool> IsWholeAsync(ClusterConnection connection, string stream, CancellationToken cancel)
    {
        try
        {
            var answer = await connection.RequestAsync(new($"$JS.API.STREAM.INFO.{stream}", default), AnswerPatience, cancel);
            using var info = JsonDocument.Parse(answer);
            return info.RootElement.TryGetProperty("cluster", out var cluster) && cluster.TryGetProperty("leader", out _) && cluster.TryGetProperty("replicas", out var replicas)
                && replicas.EnumerateArray().All(replica => replica.GetProperty("current").GetBoolean());
        }
        catch (NatsException)
        {
            return false;
        }
    }

    /// <returns>The number of messages in the stream; null when no server answers now.</returns>
    public static async Task<long?> CountAsync(ClusterConnection connection, string stream, CancellationToken cancel)
    {
        try
        {
            var answer = await connection.RequestAsync(new($"$JS.API.STREAM.INFO.{stream}", default), AnswerPatience, cancel);
            using var info = JsonDocument.Parse(answer);
            return info.RootElement.TryGetProperty("state", out var state) ? state.GetProperty("messages").GetInt64() : null;
        }
        catch (NatsException)
        {
            return null;
        }
    }

    /// <summary>Reads all messages of a stream in order. Waits until there is at least one.</summary>
    public static async Task<IReadOnlyList<NatsMessage>> ReadAllAsync(ClusterConnection connection, string stream, CancellationToken cancel)
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

    /// <summary>Explains a failure: how many messages NATS has acknowledged and lost. Herald cannot deliver those.</summary>
    public static async Task<string> TellLostAsync(ClusterConnection connection, ICollection<string> acknowledged, CancellationToken cancel)
    {
        var there = new HashSet<string>(StringComparer.Ordinal);
        foreach (var message in await ReadAllAsync(connection, Incoming, cancel))
        {
            if (message.Headers.TryFind(Encoding.ASCII.GetBytes(JetStreamClient.MessageIdHeader), out var id))
                there.Add(Encoding.ASCII.GetString(id));
        }
        return $"Of {acknowledged.Count} messages that the stream {Incoming} has acknowledged it does not have {acknowledged.Count(id => !there.Contains(id))}.\n";
    }

    // Servers that have just met must elect a leader first, so the creation is repeated.
    private static async Task MakeAsync(ClusterConnection connection, StreamSpec spec, CancellationToken cancel)
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
