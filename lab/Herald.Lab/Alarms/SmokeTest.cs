using System.Text.Json;
using Herald.Hosting.Commands;
using Herald.Nats.Clusters;
using Herald.Nats.Messages;

namespace Herald.Lab.Alarms;

/// <summary>Sends changes of a user that belongs only to this test to a running service, and checks the digests that come.</summary>
internal sealed class SmokeTest(
    ClusterConnection connection, AlarmPublisher publisher, string user, TimeSpan patience, Action<string> tell, TimeProvider time)
{
    private int _number;

    /// <returns>A description of the problem; null when there is none.</returns>
    public async Task<string?> RunAsync(CancellationToken cancel)
    {
        await using var digests = connection.Subscribe(AlarmMessage.Digest);
        await connection.FlushAsync(cancel);

        await publisher.PublishAsync(
        [
            Change("disk", "WARNING", "2024-05-01T10:00:00.000000002Z"), Change("cpu", "CRITICAL", "2024-05-01T11:30:00.000000001+02:00"),
            Change("fan", "WARNING", "2024-05-01T09:00:00Z"),
            Change("fan", "CLEARED", "2024-05-01T10:00:00Z"), Request(),
        ], cancel);
        if (await ExpectAsync(digests, "Active alarms, oldest first to the nanosecond, without cleared ones",
            [("cpu", "CRITICAL", "2024-05-01T11:30:00.000000001+02:00"), ("disk", "WARNING", "2024-05-01T10:00:00.000000002Z")],
            cancel) is { } first)
            return first;

        // Nothing here is new: an older change, the same status again, and a repeated change. After that, a new change follows. The next
        // digest must be that of the new change, which shows that the others caused none.
        await publisher.PublishAsync(
        [
            Change("disk", "CRITICAL", "2024-05-01T10:00:00.000000001Z"), Change("cpu", "CRITICAL", "2024-05-01T12:00:00Z"),
            Change("fan", "WARNING", "2024-05-01T09:30:00Z"), Request(),
            Change("disk", "CLEARED", "2024-05-01T12:00:00Z"), Change("disk", "WARNING", "2024-05-01T12:00:01Z"), Request(".smoke"),
        ], cancel);
        return await ExpectAsync(digests,
            "Only new alarms; an alarm that changed and changed back is new", [("disk", "WARNING", "2024-05-01T12:00:01Z")], cancel);
    }

    private AlarmMessage Change(string alarm, string status, string changedAt) =>
        AlarmMessage.Change(NextId(), user, alarm, status, changedAt);

    private AlarmMessage Request(string suffix = "")
    {
        var request = AlarmMessage.Request(NextId(), user);
        return request with { Subject = request.Subject + suffix };
    }

    private string NextId() => $"{user}-{++_number}";

    private async Task<string?> ExpectAsync(
        NatsSubscription digests, string what, IReadOnlyList<(string Alarm, string Status, string ChangedAt)> expected,
        CancellationToken cancel)
    {
        using var patient = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patient.Token, cancel);
        try
        {
            await foreach (var message in digests.ReadAllAsync(either.Token))
            {
                using var digest = JsonDocument.Parse(message.Payload);
                if (digest.RootElement.GetProperty("UserID").GetString() != user)
                    continue;
                var received = digest.RootElement.GetProperty("ActiveAlarms").EnumerateArray()
                    .Select(alarm => (alarm.GetProperty("AlarmID").GetString(), alarm.GetProperty("Status").GetString(), alarm.GetProperty("LatestChangedAt").GetString())).ToList();
                if (!received.SequenceEqual(expected.Select(alarm => ((string?)alarm.Alarm, (string?)alarm.Status, (string?)alarm.ChangedAt))))
                    return $"{what}: expected {string.Join(", ", expected)}, received {digest.RootElement.GetRawText()}";
                tell($"ok: {what}");
                return null;
            }
            return $"{what}: the connection was closed.";
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return $"{what}: no digest for {user} on '{AlarmMessage.Digest}' within {patience.TotalSeconds:0} s. "
                + $"Is `{OwnCommand.With("alarms serve")}` running, and does it read from this NATS?";
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return $"{what}: the received message is not a digest: {failure.Message}";
        }
    }
}
