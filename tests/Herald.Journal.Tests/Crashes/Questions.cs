using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Herald.Contracts.Stores;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Xunit;

namespace Herald.Journal.Tests.Crashes;

/// <summary>
/// Asks a store for everything that it contains, in small questions, so that damage to one item does not hide the others.
/// </summary>
internal static class Questions
{
    /// <summary>The answer when the store reports that the data for it is damaged.</summary>
    public const string Damaged = "(reported as damaged)";

    public const string Kept = "kept ";
    private const string NotThere = "(not there)";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<long[]> FirstsAsync(JournalStore store) =>
        [.. (await Task.WhenAll(Enumerable.Range(0, World.Shards).Select(i => store.BoundsAsync(new ShardId(i), Cancel).AsTask()))).Select(b => b.First)];

    public static async Task<SortedDictionary<string, string>> AskAsync(JournalStore store)
    {
        var answers = new SortedDictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < World.Shards; i++)
        {
            var shard = new ShardId(i);
            var bounds = await store.BoundsAsync(shard, Cancel);
            answers[$"last of {i}"] = Number(bounds.Last);
            for (var sequence = 1L; sequence < bounds.First; sequence++)
            {
                var at = sequence;
                await AnswerAsync(KeptName(i, at), async () => $"{await EventAsync(store, shard, at)} {await IndexAsync(store, shard, at)}");
                if (answers[KeptName(i, at)] == $"{NotThere} {NotThere}")
                    answers.Remove(KeptName(i, at));
            }
            for (var sequence = bounds.First; sequence <= bounds.Last; sequence++)
            {
                var at = sequence;
                await AnswerAsync(EventName(i, at), async () => await EventAsync(store, shard, at));
                await AnswerAsync(IndexName(i, at), async () => await IndexAsync(store, shard, at));
            }
        }
        await AnswerAsync("progress", async () => string.Join(' ', (await ProgressAsync(store)).Select(Text)));
        for (var i = 0; i < World.Keys; i++)
        {
            var key = $"k{i}";
            await AnswerAsync($"state {key}", async () => (await store.ReadAsync("app", [new StateKey(new ShardId(0), StoreEvents.Payload(key))], Cancel))[0] is { } value ? Text(value) : "(none)");
        }
        await LettersAsync();
        await AnswerAsync("history", async () => await HistoryAsync(store));
        await AnswerAsync("catalog", async () => Catalog(await store.ReadAsync(0, 100_000, Cancel)));
        await AnswerAsync("source", async () => await store.ReadSourcePositionAsync("s", Cancel) is { } position ? Number(position) : "(none)");
        return answers;

        async Task AnswerAsync(string question, Func<Task<string>> ask)
        {
            try
            {
                answers[question] = await ask();
            }
            catch (Exception damage) when (damage is JournalDamagedException or InvalidDataException)
            {
                answers[question] = Damaged;
            }
        }

        // Reads the list in pages of one dead letter, so that a damaged one does not hide its neighbours.
        async Task LettersAsync()
        {
            var sequences = new List<long>();
            string? cursor = null;
            do
            {
                DeadLetterPage page;
                try
                {
                    page = await store.ListAsync(new DeadLetterQuery(null, null, 1, cursor), Cancel);
                }
                catch (JournalDamagedException)
                {
                    answers["letters"] = Damaged;
                    return;
                }
                foreach (var letter in page.Items)
                {
                    sequences.Add(letter.Id.Sequence);
                    answers[$"letter {letter.Id.Sequence}"] = letter.Record.IsEmpty || letter.Reason.Reason == DeadLetterReason.Damaged ? Damaged : $"{letter.Reason.Reason} {Digest(letter.Record.Span)}";
                }
                cursor = page.NextCursor;
            }
            while (cursor is not null);
            answers["letters"] = string.Join(' ', sequences);
        }
    }

    public static string EventName(int shard, long sequence) => $"event {shard}/{Number(sequence)}";

    /// <summary>
    /// The question about an event below the first sequence. The event exists as long as it is needed, and for some time after.
    /// </summary>
    public static string KeptName(int shard, long sequence) => $"{Kept}{shard}/{Number(sequence)}";

    public static string IndexName(int shard, long sequence) => $"index {shard}/{Number(sequence)}";

    public static string Digest(ReadOnlySpan<byte> bytes) => Convert.ToHexString(SHA256.HashData(bytes), 0, 8);

    public static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);

    public static string Text(IndexEntry entry) => string.Create(CultureInfo.InvariantCulture,
        $"{entry.Sequence} {entry.AcceptedAtMs} {entry.KeyHash:x} {entry.IdHash:x} {entry.RouteHash:x} {entry.Topic} {entry.Size} {(int)entry.Flags}");

    private static async Task<string> EventAsync(JournalStore store, ShardId shard, long sequence)
    {
        var sink = new Sink();
        await store.ReadEventsAsync(shard, new[] { sequence }, sink, Cancel);
        return sink.IsDamaged ? Damaged : sink.Record is { } record ? Digest(record) : NotThere;
    }

    private static async Task<string> IndexAsync(JournalStore store, ShardId shard, long sequence)
    {
        var entry = new IndexEntry[1];
        var read = await store.ReadIndexAsync(shard, sequence, entry, Cancel);
        return read.Count == 1 && entry[0].Sequence == sequence ? Text(entry[0]) : NotThere;
    }

    private static async Task<IReadOnlyList<ReadOnlyMemory<byte>>> ProgressAsync(JournalStore store)
    {
        var lease = (await store.RenewAsync(Cancel))[0];
        return (await store.LoadAsync(new Fence(lease.Shard, lease.Epoch), Cancel)).Records;
    }

    private static async Task<string> HistoryAsync(JournalStore store)
    {
        var texts = new List<string>();
        // Each round writes one block.
        for (var round = 1; round <= Story.MostRounds; round++)
            texts.AddRange((await store.ReadHistoryAsync(new ShardId(0), round, Cancel)).Select(block => Text(block.Block)));
        return string.Join(' ', texts);
    }

    private static string Catalog(CatalogChanges changes) =>
        $"{Number(changes.Version)}: {string.Join(' ', changes.Records.OrderBy(r => r.Id, StringComparer.Ordinal).Select(r => $"{r.Id} {Number(r.Version)} {(r.Body is { } body ? Text(body) : "(removed)")}"))}";

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    private sealed class Sink : IEventSink
    {
        public byte[]? Record { get; private set; }
        public bool IsDamaged { get; private set; }

        public void OnEvent(long sequence, ReadOnlySpan<byte> record) => Record = record.ToArray();

        public void OnDamaged(long sequence, string damage) => IsDamaged = true;
    }
}
