using Herald.Engine.Applications;
using Herald.Engine.Basics;

namespace Herald.Notifications.Statuses;

/// <summary>
/// The tags of the newest rows, which no table has yet. They are stored in a ring of chunks, which are overwritten and never removed.
/// </summary>
internal sealed class OpenTags
{
    /// <summary>A table is extended with every 8,192 rows, so at most 65 chunks have rows that no table has.</summary>
    public const int Slots = (RowNumber.RowsOfChapter / RowNumber.RowsOfChunk) + 1;

    // By the chunk's number. In a batch there can be more of them than the ring has places.
    private readonly SortedDictionary<long, TagChunk> _chunks = [];
    private readonly HashSet<long> _changed = [];

    // What the stored bytes of a slot were decoded to. To compare bytes is much cheaper than to decode them for each batch, and what a
    // batch has changed without being saved is not mistaken for what is stored.
    private readonly (ReadOnlyMemory<byte> Bytes, TagChunk Chunk)?[] _decoded = new (ReadOnlyMemory<byte>, TagChunk)?[Slots];

    public static IEnumerable<byte[]> Keys => Enumerable.Range(0, Slots).Select(StatusKeys.Chunk);

    public void Clear()
    {
        _chunks.Clear();
        _changed.Clear();
    }

    /// <summary>Fills this with the stored chunks that have rows from <paramref name="firstOpenRow"/> on.</summary>
    /// <param name="values">By the slot of the ring.</param>
    /// <returns>False when a later chunk has taken the place of one that is needed. Then the directory has changed meanwhile.</returns>
    /// <exception cref="InvalidDataException">A chunk is damaged.</exception>
    public bool Load(long firstOpenRow, IReadOnlyList<ReadOnlyMemory<byte>?> values)
    {
        Clear();
        var first = RowNumber.ChunkOf(firstOpenRow);
        for (var number = first; number < first + Slots; number++)
        {
            var slot = (int)(number % Slots);
            if (values[slot] is not { } stored)
                continue;
            var chunk = Decode(slot, stored);
            if (chunk.Number > number)
                return false;
            if (chunk.Number == number)
                _chunks.Add(number, chunk);
        }
        return true;
    }

    private TagChunk Decode(int slot, ReadOnlyMemory<byte> stored)
    {
        if (_decoded[slot] is { } known && known.Bytes.Span.SequenceEqual(stored.Span))
            return known.Chunk;
        var chunk = TagChunk.Decode(slot, stored);
        _decoded[slot] = (stored, chunk);
        return chunk;
    }

    /// <summary>When this row, the first one that no table has, was accepted.</summary>
    public long OpenSinceMs(long firstOpenRow) =>
        _chunks.TryGetValue(RowNumber.ChunkOf(firstOpenRow), out var chunk) ? chunk.OpenSinceMs : long.MaxValue;

    /// <param name="isFirstOpen">The tables have all rows before this one.</param>
    public void Add(long row, uint uuid, uint recipient, long acceptedMs, bool isFirstOpen)
    {
        var number = RowNumber.ChunkOf(row);
        if (!_chunks.TryGetValue(number, out var chunk))
            _chunks.Add(number, chunk = new TagChunk(number, acceptedMs));
        _decoded[number % Slots] = null;
        if (isFirstOpen)
            chunk.OpenSinceMs = acceptedMs;
        var at = (int)(row - chunk.FirstRow);
        (chunk.Uuids[at], chunk.Recipients[at]) = (uuid, recipient);
        _changed.Add(number);
    }

    /// <summary>Adds the rows from <paramref name="from"/> on that can have this uuid, in ascending order.</summary>
    public void FindUuid(uint tag, long from, List<long> into)
    {
        foreach (var chunk in _chunks.Values)
            chunk.Find(tag, chunk.Uuids, from, into);
    }

    public void FindRecipient(uint tag, long from, List<long> into)
    {
        foreach (var chunk in _chunks.Values)
            chunk.Find(tag, chunk.Recipients, from, into);
    }

    /// <summary>The tags of these rows, in ascending order.</summary>
    /// <exception cref="InvalidDataException">A chunk is missing.</exception>
    public IEnumerable<(long Row, uint Uuid, uint Recipient)> Between(long from, long end)
    {
        for (var row = from; row < end; row++)
        {
            var number = RowNumber.ChunkOf(row);
            var at = (int)(row % RowNumber.RowsOfChunk);
            if (!_chunks.TryGetValue(number, out var chunk) || chunk.Uuids[at] == 0)
                throw StoredValue.Damaged(StatusKeys.Chunk((int)(number % Slots)), $"it has no tag of row {row}");
            yield return (row, chunk.Uuids[at], chunk.Recipients[at]);
        }
    }

    /// <summary>Writes the changed chunks that have rows from <paramref name="firstOpenRow"/> on.</summary>
    public void Save(ApplicationBatch batch, RecordWriter writer, long firstOpenRow)
    {
        foreach (var number in _changed.Where(number => number >= RowNumber.ChunkOf(firstOpenRow)).Order())
        {
            var bytes = _chunks[number].Encode(writer);
            batch.Set(StatusKeys.Chunk((int)(number % Slots)), bytes);
            _decoded[number % Slots] = (bytes, _chunks[number]);
        }
        _changed.Clear();
    }
}
