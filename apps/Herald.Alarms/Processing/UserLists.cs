using Herald.Alarms.Records;
using Herald.Alarms.Retention;
using Herald.Engine.Applications;

namespace Herald.Alarms.Processing;

/// <summary>
/// Keeps the lists of users by the period in which they were last heard, and forgets silent users, a limited number at a time.
/// </summary>
internal sealed class UserLists(Periods periods)
{
    private readonly List<byte[]> _names = [];
    private readonly ByteWriter _buffer = new();
    private int _damaged;

    /// <summary>Returns the number of lists that could not be read since the last call.</summary>
    public int TakeDamaged()
    {
        var damaged = _damaged;
        _damaged = 0;
        return damaged;
    }

    /// <summary>
    /// Reads the lists of expired periods. A user that has been heard since is passed over. Of any other user, the alarms that are no
    /// longer needed are forgotten. If alarms remain, the user counts as heard now.
    /// </summary>
    /// <param name="chunks">Maximum chunks of lists to read.</param>
    /// <returns>The number of alarms that were forgotten.</returns>
    public async ValueTask<int> ForgetSilentAsync(
        ApplicationBatch batch, ActivityIndex book, TouchedUsers users, long now, int chunks, CancellationToken cancel)
    {
        var forgotten = 0;
        for (; chunks > 0 && !book.IsEmpty && periods.IsOver(book.Oldest.Period, now); chunks--)
        {
            var list = book.Oldest;
            book.Advance(now);
            await ReadAsync(batch, list.Period, list.Chunks - 1, cancel);
            foreach (var name in _names)
                TouchedUsers.Need(name, batch);
            await batch.LoadAsync(cancel);
            foreach (var name in _names)
                forgotten += Forget(name, list.Period, now, users, batch);
            Set(batch, list.Period, list.Chunks - 1, null);
            book.Set(list with { Chunks = list.Chunks - 1 });
        }
        return forgotten;
    }

    /// <summary>Lists the users that were heard for the first time in their period.</summary>
    public async ValueTask ListHeardAsync(ApplicationBatch batch, ActivityIndex book, TouchedUsers users, CancellationToken cancel)
    {
        var heard = users.All.Where(user => user.Alarms.Count > 0 && user.Alarms.Heard != user.HeardBefore).GroupBy(
            user => user.Alarms.Heard, user => user.Name);
        foreach (var period in heard.OrderBy(period => period.Key))
            await ListAsync(batch, book, period.Key, period, cancel);
    }

    private int Forget(byte[] name, long period, long now, TouchedUsers users, ApplicationBatch batch)
    {
        try
        {
            var alarms = users.Of(name, batch).Alarms;
            return alarms.Heard == period ? alarms.Hear(now, periods) : 0;
        }
        catch (InvalidDataException)
        {
            // The damaged record stays for inspection, and the user's next message reports it. The other users must not wait for it.
            return 0;
        }
    }

    private async ValueTask ListAsync(
        ApplicationBatch batch, ActivityIndex book, long period, IEnumerable<byte[]> users, CancellationToken cancel)
    {
        var list = book.Find(period);
        var number = Math.Max(0, list.Chunks - 1);
        _names.Clear();
        if (list.Chunks > 0)
            await ReadAsync(batch, period, number, cancel);
        foreach (var user in users)
        {
            if (_names.Count == ActivityChunk.MostUsers)
            {
                Set(batch, period, number++, ActivityChunk.Encode(_names, _buffer));
                _names.Clear();
            }
            _names.Add(user);
        }
        Set(batch, period, number, ActivityChunk.Encode(_names, _buffer));
        book.Set(new ActivityList(period, number + 1));
    }

    private async ValueTask ReadAsync(ApplicationBatch batch, long period, int number, CancellationToken cancel)
    {
        Need(batch, period, number);
        await batch.LoadAsync(cancel);
        _names.Clear();
        Span<byte> key = stackalloc byte[ActivityChunk.LongestKey];
        if (batch.Get(ActivityChunk.WriteKey(period, number, key)) is not { } record)
            return;
        try
        {
            ActivityChunk.Decode(record.Span, _names);
        }
        catch (InvalidDataException)
        {
            // Its users are forgotten only after they have been heard again.
            _names.Clear();
            _damaged++;
        }
    }

    private static void Need(ApplicationBatch batch, long period, int number)
    {
        Span<byte> key = stackalloc byte[ActivityChunk.LongestKey];
        batch.Need(ActivityChunk.WriteKey(period, number, key));
    }

    private static void Set(ApplicationBatch batch, long period, int number, ReadOnlyMemory<byte>? value)
    {
        Span<byte> key = stackalloc byte[ActivityChunk.LongestKey];
        batch.Set(ActivityChunk.WriteKey(period, number, key), value);
    }
}
