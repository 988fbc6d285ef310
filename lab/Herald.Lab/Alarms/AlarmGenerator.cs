using System.Globalization;

namespace Herald.Lab.Alarms;

/// <summary>
/// Users whose alarms change in every possible way (out of order, repeated, cleared, back to the old status, at the same time), and who
/// request digests in between. The same seed produces the same messages.
/// </summary>
public sealed class AlarmGenerator(int seed, DigestLedger ledger)
{
    private static readonly string[] Statuses = ["WARNING", "CRITICAL", "CLEARED"];
    private static readonly DateTime Begin = new(2024, 2, 29, 23, 59, 0, DateTimeKind.Utc);
    private readonly Random _random = new(seed);
    private readonly string _name = seed.ToString(CultureInfo.InvariantCulture);
    private long _number;

    public long Changes { get; private set; }
    public long Requests { get; private set; }

    /// <summary>All messages of these users, mixed with each other. The expected digests are in the ledger.</summary>
    public IReadOnlyList<AlarmMessage> Burst(int firstUser, int users)
    {
        var told = Enumerable.Range(firstUser, users).Select(
            number => new Queue<AlarmMessage>(Of(string.Create(CultureInfo.InvariantCulture, $"user-{_name}-{number:D6}")))).ToList();
        var all = new List<AlarmMessage>(users * 12);
        while (told.Count > 0)
        {
            var at = Draw(told.Count);
            if (told[at].TryDequeue(out var next))
                all.Add(next);
            else
                told.RemoveAt(at);
        }
        return all;
    }

    private IEnumerable<AlarmMessage> Of(string user)
    {
        var book = new AlarmBook(user);
        for (var round = 1 + Draw(2); round > 0; round--)
        {
            for (var change = 1 + Draw(12); change > 0; change--)
            {
                var (alarm, status, at) = ($"alarm-{Draw(4)}", Statuses[Draw(3)], TimeText());
                // A repeated change has another id, as from a publisher that does not know that its message arrived.
                for (var times = Draw(10) == 0 ? 2 : 1; times > 0; times--)
                {
                    book.Take(alarm, status, at);
                    Changes++;
                    yield return AlarmMessage.Change(NextId(), user, alarm, status, at);
                }
            }
            if (book.TakeDigest() is { } digest)
                ledger.Expect(user, digest);
            Requests++;
            yield return AlarmMessage.Request(NextId(), user);
        }
    }

    // Few seconds and few nanoseconds, so that some times are equal.
    private string TimeText() =>
        string.Create(CultureInfo.InvariantCulture, $"{Begin.AddSeconds(Draw(30)):yyyy-MM-ddTHH:mm:ss}.{Draw(3):D9}Z");

    private string NextId() => string.Create(CultureInfo.InvariantCulture, $"{_name}-{++_number}");

#pragma warning disable CA5394 // Test data; no secret depends on it.
    private int Draw(int count) => _random.Next(count);
#pragma warning restore CA5394
}
