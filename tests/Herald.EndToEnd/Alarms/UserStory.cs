using System.Globalization;
using Herald.Lab.Alarms;

namespace Herald.EndToEnd.Alarms;

/// <summary>
/// One user whose alarms change for as long as somebody asks for more: out of order, told twice, cleared, at one time; with digests in between. What the user must get is in the ledger.
/// </summary>
internal sealed class UserStory(string user, DigestLedger ledger, Random random)
{
    private const int MostChanges = 8, Alarms = 5, Disorder = 20, Remembered = 12;
    private static readonly string[] Statuses = ["WARNING", "CRITICAL", "CLEARED"];
    private static readonly DateTime Begin = new(2024, 2, 29, 23, 59, 0, DateTimeKind.Utc);

    private readonly AlarmBook _book = new(user);
    private readonly Queue<AlarmMessage> _told = new();
    private int _number, _changes;

    /// <summary>To be told in this order, each before what follows.</summary>
    public IEnumerable<AlarmMessage> More()
    {
        for (var changes = 1 + random.Next(MostChanges); changes > 0; changes--)
        {
            var (alarm, status, at) = ($"alarm-{random.Next(Alarms)}", Statuses[random.Next(Statuses.Length)], TimeText(++_changes + random.Next(Disorder)));
            yield return Remember(Change(alarm, status, at));
            // The same once more, from one that does not know it was heard.
            if (random.Next(10) == 0)
                yield return Change(alarm, status, at);
        }
        if (random.Next(3) > 0)
            yield return Remember(Request());
        // An old message comes again: it must have no effect, though it may be older than what is known now, or ask for a digest.
        if (random.Next(3) == 0)
            yield return _told.ElementAt(random.Next(_told.Count));
    }

    /// <summary>Ends with a digest, behind which nothing may come.</summary>
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
