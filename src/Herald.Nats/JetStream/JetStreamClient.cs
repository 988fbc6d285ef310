using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Herald.Brokers;
using Herald.Nats.Clusters;
using Herald.Nats.Messages;

namespace Herald.Nats.JetStream;

/// <summary>
/// The requests to JetStream that Herald needs. NATS.Client.JetStream is not used: it rounds the time of a stream's creation, by which
/// Herald's positions are named, and its errors are of other kinds than those of publishing.
/// </summary>
/// <param name="timeout">How long an answer is awaited.</param>
public sealed class JetStreamClient(ClusterConnection connection, TimeSpan timeout)
{
    /// <summary>The header by which a stream recognises a repeated message.</summary>
    public const string MessageIdHeader = "Nats-Msg-Id";

    private const int Unavailable = 503, NanosecondsPerTick = 100;

    /// <summary>Creates the stream if it does not exist. An existing stream is not changed, because it belongs to an operator.</summary>
    /// <exception cref="BrokerSetupException">There is a stream with this name but without these subjects.</exception>
    /// <exception cref="JetStreamException">It cannot be created, for example because another stream has its subjects.</exception>
    public async Task<StreamFacts> EnsureStreamAsync(StreamSpec spec, CancellationToken cancel)
    {
        var there = await FindAsync(spec.Name, cancel).ConfigureAwait(false);
        if (there is null)
        {
            try
            {
                return StreamFacts.Of(await AskAsync($"STREAM.CREATE.{spec.Name}", Config(spec), cancel).ConfigureAwait(false));
            }
            catch (JetStreamException taken) when (taken.ErrorCode == JetStreamError.StreamNameInUse)
            {
                // Another client has created it in between, with another configuration.
                there = await FindAsync(spec.Name, cancel).ConfigureAwait(false)
                    ?? throw new JetStreamException(taken.Code, taken.ErrorCode, taken.Description);
            }
        }
        var missing = spec.Subjects.Where(subject => !there.Subjects.Any(wide => Subjects.Covers(wide, subject))).ToList();
        if (missing.Count > 0)
        {
            throw new BrokerSetupException(
                $"The stream '{spec.Name}' exists and takes {Join(there.Subjects)}, but not {Join(missing)}. Add the "
                    + "missing subjects to it, or use another stream.");
        }
        return there;
    }

    /// <returns>The stream that takes this subject; null when none does.</returns>
    /// <exception cref="JetStreamException">There is no JetStream.</exception>
    public async Task<string?> FindStreamAsync(string subject, CancellationToken cancel)
    {
        var answer = await AskAsync("STREAM.NAMES", new JsonObject { ["subject"] = subject }, cancel).ConfigureAwait(false);
        return answer.TryGetProperty("streams", out var names) && names.ValueKind == JsonValueKind.Array
            ? names.EnumerateArray().Select(name => name.GetString()).FirstOrDefault()
            : null;
    }

    /// <summary>
    /// Creates a consumer that begins at a sequence. The server removes it when no client has requested messages from it for a while.
    /// </summary>
    /// <param name="name">A name that no other consumer has.</param>
    /// <returns>The server on which it is, in a cluster; null when the server is alone.</returns>
    /// <exception cref="JetStreamException">It cannot be created, for example because there is no such stream.</exception>
    public async Task<string?> BeginConsumerAsync(string stream, string name, OrderedStart start, CancellationToken cancel)
    {
        var config = new JsonObject
        {
            ["name"] = name,
            ["ack_policy"] = "all",
            ["deliver_policy"] = "by_start_sequence",
            ["opt_start_seq"] = start.Sequence,
            ["replay_policy"] = "instant",
            // It never delivers a message twice: its reader creates another one instead.
            ["ack_wait"] = Nanoseconds(start.AckWait),
            ["max_ack_pending"] = -1,
            ["inactive_threshold"] = Nanoseconds(start.Idle),
            ["mem_storage"] = true,
            ["num_replicas"] = 1,
        };
        if (start.Subjects is [var only])
            config["filter_subject"] = only;
        else if (start.Subjects.Count > 1)
            // Servers before 2.10 ignore it and deliver everything.
            config["filter_subjects"] = Array(start.Subjects);
        var made = await AskAsync(
            $"CONSUMER.CREATE.{stream}.{name}", new JsonObject { ["stream_name"] = stream, ["config"] = config },
            cancel).ConfigureAwait(false);
        return made.TryGetProperty("cluster", out var cluster) && cluster.TryGetProperty("leader", out var leader)
            ? leader.GetString()
            : null;
    }

    /// <returns>The server that leads the stream, in a cluster; null when the server is alone.</returns>
    /// <exception cref="NatsUnavailableException">No server leads it now.</exception>
    /// <exception cref="JetStreamException">There is no such stream.</exception>
    public async Task<string?> FindLeaderAsync(string stream, CancellationToken cancel)
    {
        var facts = StreamFacts.Of(await AskAsync($"STREAM.INFO.{stream}", null, cancel).ConfigureAwait(false));
        return facts is { IsClustered: true, Leader: null }
            ? throw new NatsUnavailableException($"No server leads the stream '{stream}' now.")
            : facts.Leader;
    }

    /// <summary>Deletes a consumer if it still exists.</summary>
    /// <exception cref="JetStreamException">It cannot be deleted now.</exception>
    public async Task DeleteConsumerAsync(string stream, string name, CancellationToken cancel)
    {
        try
        {
            await AskAsync($"CONSUMER.DELETE.{stream}.{name}", null, cancel).ConfigureAwait(false);
        }
        catch (JetStreamException missing) when (missing.ErrorCode is JetStreamError.ConsumerNotFound or JetStreamError.StreamNotFound)
        {
            // The server has removed it.
        }
    }

    /// <returns>How many messages the consumer has not delivered yet; null when it does not exist.</returns>
    public async Task<long?> PendingAsync(string stream, string consumer, CancellationToken cancel)
    {
        try
        {
            return (await AskAsync($"CONSUMER.INFO.{stream}.{consumer}", null, cancel).ConfigureAwait(false)).GetProperty("num_pending")
                .GetInt64();
        }
        catch (JetStreamException missing) when (missing.ErrorCode == JetStreamError.ConsumerNotFound)
        {
            return null;
        }
    }

    /// <summary>
    /// Completes when a stream has the message. With a <see cref="MessageIdHeader"/> it can be repeated without being stored twice.
    /// </summary>
    /// <exception cref="JetStreamException">No stream takes this subject, or the stream cannot take the message now.</exception>
    public async Task<PublishReceipt> PublishAsync(OutgoingMessage message, CancellationToken cancel)
    {
        var answer = await SendAsync(message, $"No stream takes '{message.Subject}'.", cancel).ConfigureAwait(false);
        return answer.TryGetProperty("stream", out var stream) && stream.GetString() is { Length: > 0 } name
            ? new(
                name, answer.GetProperty("seq").GetInt64(), answer.TryGetProperty("duplicate", out var duplicate) && duplicate.GetBoolean())
            : throw new JetStreamException(Unavailable, 0, $"The answer on '{message.Subject}' names no stream.");
    }

    /// <summary>JetStream counts time in nanoseconds.</summary>
    internal static long Nanoseconds(TimeSpan time) => time.Ticks * NanosecondsPerTick;

    internal static byte[] Json(JsonObject request) => Encoding.UTF8.GetBytes(request.ToJsonString());

    private async Task<StreamFacts?> FindAsync(string stream, CancellationToken cancel)
    {
        try
        {
            return StreamFacts.Of(await AskAsync($"STREAM.INFO.{stream}", null, cancel).ConfigureAwait(false));
        }
        catch (JetStreamException missing) when (missing.ErrorCode == JetStreamError.StreamNotFound)
        {
            return null;
        }
    }

    private Task<JsonElement> AskAsync(string method, JsonObject? request, CancellationToken cancel) =>
        SendAsync(new($"$JS.API.{method}", request is null ? default : Json(request)), "No server with JetStream answers.", cancel);

    /// <param name="nobody">The error when no responder answers.</param>
    private async Task<JsonElement> SendAsync(OutgoingMessage message, string nobody, CancellationToken cancel)
    {
        try
        {
            var answer = JsonElement.Parse(await connection.RequestAsync(message, timeout, cancel).ConfigureAwait(false));
            return answer.TryGetProperty("error", out var error)
                ? throw new JetStreamException(
                    Number(error, "code"), Number(error, "err_code"),
                    error.TryGetProperty("description", out var text) ? text.GetString() ?? "" : "")
                : answer;
        }
        catch (NoRespondersException)
        {
            throw new JetStreamException(Unavailable, 0, nobody);
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException)
        {
            throw new JetStreamException(Unavailable, 0, $"The answer on '{message.Subject}' is not one of JetStream's.");
        }

        static int Number(JsonElement error, string name) => error.TryGetProperty(name, out var number) ? number.GetInt32() : 0;
    }

    private static JsonObject Config(StreamSpec spec) => new()
    {
        ["name"] = spec.Name,
        ["subjects"] = Array(spec.Subjects),
        ["storage"] = "file",
        ["retention"] = "limits",
        ["discard"] = "old",
        ["num_replicas"] = spec.Replicas,
        ["duplicate_window"] = Nanoseconds(spec.DuplicateWindow),
    };

    private static JsonArray Array(IEnumerable<string> texts) => new([.. texts.Select(text => (JsonNode)text)]);

    private static string Join(IEnumerable<string> subjects) => string.Join(", ", subjects.DefaultIfEmpty("nothing"));
}
