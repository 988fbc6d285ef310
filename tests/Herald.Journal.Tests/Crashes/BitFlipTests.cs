using Herald.Contracts.Stores;
using Herald.Engine.Stores;
using Herald.Journal.Tests.Faults;
using Xunit;

namespace Herald.Journal.Tests.Crashes;

/// <summary>
/// Bits of durable data flip, in every file. The journal must then give the same answers as before, or report the damage: it refuses to
/// open, or refuses the one question that the damage concerns. It must never give a wrong answer.
/// </summary>
public sealed class BitFlipTests(ITestOutputHelper output)
{
    private const int Seed = 6, Rounds = 24;

    // The story appends at most this many events at the same time, so one frame has no more of them.
    private const int MostEventsOfAFrame = 4;

    private static readonly bool IsLong = Environment.GetEnvironmentVariable("HERALD_TESTS_LONG") == "1";

    private readonly FaultTally _tally = new();

    /// <summary>A clean end leaves a checkpoint at the end of the log, so that opening reads hardly any of the log.</summary>
    [Fact]
    public async Task In_a_journal_that_was_closed()
    {
        var files = new FaultyFiles { Tally = _tally };
        var story = new Story(files, Seed);
        await story.PlayAsync(Rounds);
        await FlipEverywhereAsync(files, story.Acknowledged, isOpen: false);
    }

    /// <summary>After a kill, opening reads the log since the last checkpoint.</summary>
    [Fact]
    public async Task In_a_journal_that_was_killed()
    {
        var files = new FaultyFiles { Tally = _tally };
        FaultyFiles? killed = null;
        var story = new Story(files, Seed);
        await story.PlayAsync(Rounds, beforeEnd: () => killed = files.Copy());
        await FlipEverywhereAsync(killed!, story.Acknowledged, isOpen: false);
    }

    [Fact]
    public async Task In_a_journal_that_is_open()
    {
        var files = new FaultyFiles { Tally = _tally };
        var story = new Story(files, Seed);
        await story.PlayAsync(Rounds);
        await FlipEverywhereAsync(files, story.Acknowledged, isOpen: true);
    }

    private async Task FlipEverywhereAsync(FaultyFiles files, World world, bool isOpen)
    {
        var random = new Random(Seed);
        foreach (var path in files.Paths.Where(p => p.StartsWith("/simulated/", StringComparison.Ordinal)))
        {
            var length = files.Content(path).Length;
            // A segment is large and half empty.
            var stride = IsLong || length < 100 ? 1 : length > 8192 ? 151 : 11;
            for (var at = random.Next(stride); at < length; at += 1 + random.Next((2 * stride) - 1))
            {
                var (copy, bit) = (files.Copy(), random.Next(8));
                try
                {
                    await FlipAsync(copy, world, path, at, bit, isOpen);
                }
                catch (Exception failure) when (failure is not OperationCanceledException)
                {
                    throw new InvalidOperationException($"Bit {bit} of byte {at} of {path} flipped: {failure.Message}", failure);
                }
            }
        }
        output.WriteLine($"{_tally}");
        _tally.AssertReached("flipped bit", "harmless flip", "damage told when asked", "opened again after retention");
        if (!isOpen)
            _tally.AssertReached("damage told at opening");
    }

    private async Task FlipAsync(FaultyFiles files, World world, string path, int at, int bit, bool isOpen)
    {
        var isCut = false;
        if (!isOpen)
            files.Flip(path, at, bit);
        try
        {
            await using var store = await JournalStore.OpenAsync(Story.Options() with { RetainFor = TimeSpan.Zero }, new StoreClock(), files, Note, TestContext.Current.CancellationToken);
            if (isOpen)
                files.Flip(path, at, bit);
            var expected = world.Answers(await Questions.FirstsAsync(store));
            var answers = await Questions.AskAsync(store);
            ForgetHistory(expected, answers, store);
            Judge(expected, answers, Volatile.Read(ref isCut));
            if (!IsLong && at % 3 > 0)
                return;
            // Neither retention nor a checkpoint may copy damaged data, so the journal must open again.
            await SettleAsync(store);
            await store.DisposeAsync();
            await using var again = await JournalStore.OpenAsync(Story.Options() with { RetainFor = TimeSpan.FromDays(1) }, new StoreClock(), files, Note, TestContext.Current.CancellationToken);
            expected = world.Answers(await Questions.FirstsAsync(again));
            answers = await Questions.AskAsync(again);
            ForgetHistory(expected, answers, again);
            Judge(Without(expected, "progress"), Without(answers, "progress"), Volatile.Read(ref isCut));
            _tally.Count("opened again after retention");
        }
        catch (Exception refused) when (refused is JournalDamagedException or JournalFormatException)
        {
            _tally.Count("damage told at opening");
        }

        void Note(string line)
        {
            if (line.Contains("cut off", StringComparison.Ordinal))
                Volatile.Write(ref isCut, true);
        }
    }

    private static async Task SettleAsync(JournalStore store)
    {
        var cancel = TestContext.Current.CancellationToken;
        foreach (var lease in await store.RenewAsync(cancel))
        {
            var last = (await store.BoundsAsync(lease.Shard, cancel)).Last;
            await store.CommitAsync(new ShardCommit { Fence = new Fence(lease.Shard, lease.Epoch), Number = 1, SettledBelow = last + 1 }, cancel);
        }
        await store.CheckpointAsync(cancel);
        await store.TickAsync(cancel);
    }

    /// <summary>A damaged block of history is reported to the operator and left out of the answer.</summary>
    private static void ForgetHistory(SortedDictionary<string, string> expected, SortedDictionary<string, string> answers, JournalStore store)
    {
        var (wanted, got) = (expected["history"].Split(' '), answers["history"].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        if (store.Statistics.DamagedPlaces > 0 && got.Length < wanted.Length && got.SequenceEqual(wanted.Where(got.Contains)))
            answers["history"] = Questions.Damaged;
    }

    private static SortedDictionary<string, string> Without(SortedDictionary<string, string> answers, string question)
    {
        answers.Remove(question);
        return answers;
    }

    /// <param name="isCut">
    /// Whether the end of the log was cut off, which was reported. What only the end contained may then be missing, but nothing may be
    /// wrong.
    /// </param>
    private void Judge(SortedDictionary<string, string> expected, SortedDictionary<string, string> answers, bool isCut)
    {
        var wrong = answers.Where(a => a.Value != Questions.Damaged && a.Value != expected.GetValueOrDefault(a.Key))
            // Events that are no longer needed may still exist.
            .Where(a => expected.ContainsKey(a.Key) || !a.Key.StartsWith(Questions.Kept, StringComparison.Ordinal))
            .Where(a => !isCut || a.Key.StartsWith("event ", StringComparison.Ordinal) || a.Key.StartsWith("index ", StringComparison.Ordinal))
            .Select(a => $"{a.Key}: '{expected.GetValueOrDefault(a.Key)}' became '{a.Value}'").ToList();
        Assert.True(wrong.Count == 0, string.Join("; ", wrong.Take(5)));
        var missing = expected.Keys.Except(answers.Keys).Where(question => !question.StartsWith("letter", StringComparison.Ordinal) || answers["letters"] != Questions.Damaged).ToList();
        Assert.True(isCut || missing.Count == 0, $"without a word: {string.Join(", ", missing.Take(5))}");
        var lost = missing.Count(question => question.StartsWith("event ", StringComparison.Ordinal));
        Assert.True(lost <= MostEventsOfAFrame, $"{lost} events are missing: more than the last frame held");
        _tally.Count(isCut ? "damage taken for a torn end, and told" : answers.ContainsValue(Questions.Damaged) ? "damage told when asked" : "harmless flip");
    }
}
