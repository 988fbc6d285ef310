using System.Globalization;
using System.Text.Unicode;
using Herald.Lab.Alarms;
using Herald.Nats.Messages;

namespace Herald.Lab.Benches.Alarms;

/// <summary>
/// Changes of alarms, one user after another, so consecutive changes belong to different users. Each change is newer than the last one of
/// its alarm and has another status.
/// </summary>
/// <param name="users">The number of users. Each has <see cref="AlarmsEach"/> alarms.</param>
internal sealed class AlarmTraffic(int users)
{
    public const int AlarmsEach = 10;
    private static readonly string[] Statuses = ["WARNING", "CRITICAL", "CLEARED"];
    private readonly byte[] _buffer = new byte[256];
    private long _number;

    /// <summary>The message is valid until the next call.</summary>
    public OutgoingMessage Next()
    {
        var number = _number++;
        var (user, alarm, round) = (number % users, number / users % AlarmsEach, number / users / AlarmsEach);
        var (seconds, micros) = Math.DivRem(number, 1_000_000);
        Utf8.TryWrite(_buffer, CultureInfo.InvariantCulture,
            $$"""{"AlarmID":"alarm-{{alarm}}","UserID":"{{UserName(user)}}","Status":"{{Statuses[round % Statuses.Length]}}","ChangedAt":"2024-05-01T{{seconds / 3600:D2}}:{{seconds / 60 % 60:D2}}:{{seconds % 60:D2}}.{{micros:D6}}000Z"}""", out var length);
        return new(AlarmMessage.StatusChanged, _buffer.AsMemory(0, length));
    }

    public static string UserName(long user) => string.Create(CultureInfo.InvariantCulture, $"user-{user:D7}");
}
