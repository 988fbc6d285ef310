using System.Globalization;
using Herald.Lab.Alarms;

namespace Herald.EndToEnd.Alarms;

/// <summary>
/// One user whose alarms keep changing: out of order, repeated, cleared, several at one time, with requests for digests in between. It
/// records the digests that the user must get in the ledger.
/// </summary>
internal sealed class UserStory(string user, DigestLedger ledger, Random random)
{
    private const int MostChanges = 8, Alarms = 5, Disorder = 20, Remembered = 12;
    private static readonly string[] Statuses = ["WARNING", "CRITICAL", "CLEARED"];
    private static readonly DateTime Begin = new(2024, 2, 29, 23, 59, 0, DateTimeKind.Utc);

    private readonly AlarmBook _book = new(user);
    private readonly Queue<AlarmMessage> _told = new();
    private int _number, _changes;

    /// <summary>The next messages. They must be published in this order, each before its successor.</summary>
    public IEnumerable<AlarmMessage> More()
    {
        for (var changes = 1 + random.Next(MostChanges); changes > 0; changes--)
        {
            var (alarm, status, at) = ($"alarm-{random.Next(Alarms)}", Statuses[random.Next(Statuses.Length)], TimeText(++_changes + random.Next(Disorder)));
            yield return Remember(Change(alarm, status, at));
            // The same change again, with another id.
            if (random.Next(10) == 0)
                yield return Change(alarm, status, at);
        }
        if (random.Next(3) > 0)
            yield return Remember(Request());
        // An old message comes again with its id. It must have no effect, even when it is older than the state or asks for a digest.
        if (random.Next(3) == 0)
            yield return _told.ElementAt(random.Next(_told.Count));
    }

    /// <summary>Ends with a digest. No other may follow.</summary>
    public IEnumerable<AlarmMessage> End()
    {
        yield return Change("the-end", "CRITICAL", TimeText(_changes + Disorder));
        yield return Request();
    }

    private AlarmMessage Change(string alarm, string status, string at)
    {
        _book.Take(alarm, status, at);
        return AlarmMessage.Change(NextId(), user, alarm, status, at);
    }

    private AlarmMessage Request()
    {
        if (_book.TakeDigest() is { } digest)
            ledger.Expect(user, digest);
        return AlarmMessage.Request(NextId(), user);
    }

    private AlarmMessage Remember(AlarmMessage message)
    {
        if (_told.Count == Remembered)
            _told.Dequeue();
        _told.Enqueue(message);
        return message;
    }

    private static string TimeText(int second) => string.Create(CultureInfo.InvariantCulture, $"{Begin.AddSeconds(second):yyyy-MM-ddTHH:mm:ss}.{second % 3:D9}Z");

    private string NextId() => string.Create(CultureInfo.InvariantCulture, $"{user}-{++_number}");
}
