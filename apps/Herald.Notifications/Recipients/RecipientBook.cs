using System.Buffers.Binary;
using System.Text;
using Herald.Engine.Applications;
using Herald.Messages;

namespace Herald.Notifications.Recipients;

/// <summary>
/// What is kept of the recipients of a shard. Nothing is kept of one without a record, a suppression or a limit. It remembers nothing
/// between batches.
/// </summary>
internal sealed class RecipientBook
{
    private ApplicationBatch _batch = null!;

    public void Begin(ApplicationBatch batch)
    {
        _batch = batch;
        batch.Need(RecipientKeys.Listed);
        batch.Need(RecipientKeys.Numbered);
    }

    /// <summary>Announces that a recipient will be asked for.</summary>
    public void Need(RecipientKey recipient)
    {
        _batch.Need(RecipientKeys.Record(recipient));
        _batch.Need(RecipientKeys.Suppression(recipient));
    }

    /// <summary>Announces that the turns of a recipient will be asked for.</summary>
    public void Need(RecipientKey recipient, Destination destination) => _batch.Need(RecipientKeys.Window(recipient, destination));

    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public RecipientState StateOf(RecipientKey recipient, Destination destination) => new(
        RecordOf(recipient), SuppressionOf(recipient)?.Suppression.Reason,
        _batch.Get(RecipientKeys.Window(recipient, destination)) is { } window ? RateWindow.Read(window.Span) : RateWindow.Empty);

    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public RecipientRecord? RecordOf(RecipientKey recipient) => _batch.Get(RecipientKeys.Record(recipient)) is { } value
        ? RecipientRecordReader.OfStored(value, recipient)
        : null;

    public void SetRecord(RecipientKey recipient, ReadOnlyMemory<byte>? value) => _batch.Set(RecipientKeys.Record(recipient), value);

    public void SetWindow(RecipientKey recipient, Destination destination, RateWindow window) =>
        _batch.Set(RecipientKeys.Window(recipient, destination), window.Count == 0 ? (ReadOnlyMemory<byte>?)null : window.ToBytes());

    /// <summary>The next of the numbers by which timers find what they are about.</summary>
    public long NextNumber()
    {
        var number = NumberOf(RecipientKeys.Numbered);
        SetNumber(RecipientKeys.Numbered, number + 1);
        return number;
    }

    /// <summary>Suppresses a recipient. One that is suppressed already keeps its place in the list.</summary>
    public async ValueTask SuppressAsync(RecipientKey recipient, Suppression why, CancellationToken cancel)
    {
        if (Readable(recipient) is { } there)
        {
            _batch.Set(RecipientKeys.Suppression(recipient), new StoredSuppression(why, there.Place).ToBytes());
            return;
        }
        var place = NumberOf(RecipientKeys.Listed);
        SetNumber(RecipientKeys.Listed, place + 1);
        _batch.Set(RecipientKeys.Suppression(recipient), new StoredSuppression(why, place).ToBytes());
        var chunk = await ChunkAsync(place, cancel);
        chunk.Add(recipient.Text);
        Save(place, chunk);
    }

    public async ValueTask AllowAsync(RecipientKey recipient, CancellationToken cancel)
    {
        var there = Readable(recipient);
        _batch.Set(RecipientKeys.Suppression(recipient), null);
        if (there is null)
            return;
        var chunk = await ChunkAsync(there.Place, cancel);
        var at = (int)(there.Place % RecipientKeys.ListedInChunk);
        if (at < chunk.Count)
            chunk[at] = "";
        Save(there.Place, chunk);
    }

    /// <summary>The recipients of a chunk; an empty text stands for one that is not suppressed any more.</summary>
    internal static List<string> ReadChunk(ReadOnlyMemory<byte>? value) =>
        value is { } text ? [.. Encoding.UTF8.GetString(text.Span).Split('\n')[..^1]] : [];

    internal static long ReadNumber(ReadOnlyMemory<byte>? value) => value is { Length: sizeof(long) } number
        ? BinaryPrimitives.ReadInt64LittleEndian(number.Span)
        : 0;

    private StoredSuppression? SuppressionOf(RecipientKey recipient) =>
        _batch.Get(RecipientKeys.Suppression(recipient)) is { } value ? StoredSuppression.Read(value) : null;

    private StoredSuppression? Readable(RecipientKey recipient)
    {
        try
        {
            return SuppressionOf(recipient);
        }
        catch (InvalidDataException)
        {
            // It is written anew, or removed.
            return null;
        }
    }

    private async ValueTask<List<string>> ChunkAsync(long place, CancellationToken cancel)
    {
        var key = RecipientKeys.Chunk(place / RecipientKeys.ListedInChunk);
        _batch.Need(key);
        await _batch.LoadAsync(cancel);
        return ReadChunk(_batch.Get(key));
    }

    private void Save(long place, List<string> chunk)
    {
        var isOver = chunk.Count == RecipientKeys.ListedInChunk && chunk.TrueForAll(one => one.Length == 0);
        _batch.Set(
            RecipientKeys.Chunk(place / RecipientKeys.ListedInChunk),
            isOver ? (ReadOnlyMemory<byte>?)null : Encoding.UTF8.GetBytes(string.Concat(chunk.Select(one => one + "\n"))));
    }

    private long NumberOf(byte[] key) => ReadNumber(_batch.Get(key));

    private void SetNumber(byte[] key, long number)
    {
        var value = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(value, number);
        _batch.Set(key, value);
    }
}
