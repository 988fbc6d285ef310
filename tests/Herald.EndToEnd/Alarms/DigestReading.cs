using System.Text;
using System.Text.Json;
using Herald.Nats;
using Herald.Nats.Connecting;
using Herald.Nats.JetStream;

namespace Herald.EndToEnd.Alarms;

/// <summary>Reads the stream of digests from its beginning, in its order, and tells of each as often as the stream has it.</summary>
/// <param name="taken">Told the user and the text.</param>
internal sealed class DigestReading(NatsConnection connection, Action<string, string> taken)
{
    private static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(2), Pause = TimeSpan.FromMilliseconds(100);

    private readonly JetStreamClient _jetStream = new(connection, AnswerPatience);
    private long _next = 1;

    /// <summary>Why it had to begin anew the last time.</summary>
    public string Trouble { get; private set; } = "none";

    /// <summary>Until it is cancelled, whatever becomes of servers.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                await ReadAsync(cancel);
            }
            catch (NatsException failure)
            {
                Trouble = failure.Message;
                await Task.Delay(Pause, TimeProvider.System, cancel).ContinueWith(_ => { }, TaskScheduler.Default);
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                return;
            }
        }
    }

    public static string UserOf(ReadOnlyMemory<byte> digest)
    {
        using var json = JsonDocument.Parse(digest);
        return json.RootElement.GetProperty("UserID").GetString()!;
    }

    private async Task ReadAsync(CancellationToken cancel)
    {
        await using var reader = await OrderedReader.BeginAsync(
            connection, _jetStream, AlarmStreams.Digests, "test", new OrderedStart([], _next), new PullBounds { Expires = TimeSpan.FromSeconds(5), Heartbeat = TimeSpan.FromSeconds(1) }, TimeProvider.System, cancel);
        while (true)
        {
            await reader.WaitAsync(cancel);
            while (reader.TryTake(out var message, out var place))
            {
                _next = place.Sequence + 1;
                taken(UserOf(message!.Payload), Encoding.UTF8.GetString(message.Payload.Span));
            }
        }
    }
}
