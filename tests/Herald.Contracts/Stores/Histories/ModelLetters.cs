using Herald.Engine.Stores;

namespace Herald.Contracts.Stores.Histories;

/// <summary>Dead letters, oldest first. The store decides, within limits, how many of the oldest a bound removes.</summary>
/// <param name="mostBytes">The bound on their records, in bytes.</param>
public sealed class ModelLetters(long mostBytes)
{
    // What a store can count for a dead letter in addition to its record.
    private const int Overhead = 600;

    private readonly List<DeadLetter> _letters = [];

    // Dead letters that were once beyond the bound, also when others have been removed since.
    private readonly HashSet<DeadLetterId> _mayBeGone = [];

    public IReadOnlyList<DeadLetter> All => _letters;

    /// <summary>Dead letters that no bound can have removed.</summary>
    public IEnumerable<DeadLetter> Certain => _letters.Where(one => !_mayBeGone.Contains(one.Id));

    public void Add(NewDeadLetter one, byte[] record)
    {
        if (_letters.Exists(there => there.Id == one.Id))
            return;
        _letters.Add(new DeadLetter(one.Id, one.SubscriptionId, one.Topic, one.Reason, record));
        var bytes = 0L;
        for (var i = _letters.Count - 1; i >= 0; i--)
            if ((bytes += _letters[i].Record.Length + Overhead) > mostBytes)
                _mayBeGone.Add(_letters[i].Id);
    }

    public bool Remove(DeadLetterId id) => _letters.RemoveAll(one => one.Id == id) > 0;

    /// <summary>Takes over which dead letters the store holds. They must be the newest ones, and no fewer than its bounds demand.</summary>
    /// <param name="isFreed">Everything beyond a bound must be gone.</param>
    /// <returns>What is wrong. Null when nothing is.</returns>
    public string? Adopt(IReadOnlyList<DeadLetterId> there, long oldestMs, bool isFreed)
    {
        var gone = _letters.Count - there.Count;
        if (gone < 0 || !_letters.Skip(gone).Select(one => one.Id).SequenceEqual(there))
            return $"the letters are {Names(there)}, which are not the newest of {Names(_letters.Select(one => one.Id))}";
        if (_letters.Take(gone).FirstOrDefault(one => one.Reason.DiedAtMs >= oldestMs && !_mayBeGone.Contains(one.Id)) is { } lost)
            return $"letter {Name(lost.Id)} has gone, though it is within the bounds";
        _letters.RemoveRange(0, gone);
        if (!isFreed)
            return null;
        if (_letters.Find(one => one.Reason.DiedAtMs < oldestMs) is { } tooOld)
            return $"letter {Name(tooOld.Id)} is there still, though it is too old";
        var isOver = _letters.Sum(one => (long)one.Record.Length) > mostBytes;
        return isOver ? $"{_letters.Count} letters are too many for {mostBytes} bytes" : null;
    }

    private static string Names(IEnumerable<DeadLetterId> ids) => string.Join(' ', ids.Select(Name));

    private static string Name(DeadLetterId id) => $"{id.Shard}/{id.Subscription}/{id.Generation}/{id.Sequence}";
}
