using Herald.Contracts.Stores;
using Herald.Engine.Stores;
using Herald.Journal.Duplicates;
using Xunit;

namespace Herald.Journal.Tests;

public sealed class DuplicateTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_id_is_forgotten_after_the_window()
    {
        await using var harness = new JournalHarness(o => o with { DuplicateWindow = TimeSpan.FromHours(1) });
        await harness.StartAsync();
        Assert.Equal(Verdict.Accepted, await AppendAsync(harness, "a"));
        harness.Clock.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal(Verdict.Duplicate, await AppendAsync(harness, "a"));
        await harness.ReopenAsync();
        Assert.Equal(Verdict.Duplicate, await AppendAsync(harness, "a"));
        harness.Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(Verdict.Accepted, await AppendAsync(harness, "a"));
        Assert.Equal(Verdict.Duplicate, await AppendAsync(harness, "a"));
    }

    [Fact]
    public async Task Ids_past_the_bound_are_forgotten_oldest_first_and_the_age_covered_is_told()
    {
        await using var harness = new JournalHarness(o => o with { ShardCount = 1, DuplicateEntries = 100 });
        await harness.StartAsync();
        for (var i = 0; i < 150; i++)
        {
            await AppendAsync(harness, $"id-{i}");
            harness.Clock.Advance(TimeSpan.FromSeconds(1));
        }
        Assert.Equal(Verdict.Accepted, await AppendAsync(harness, "id-0"));
        Assert.Equal(Verdict.Duplicate, await AppendAsync(harness, "id-149"));
        Assert.Equal(Verdict.Duplicate, await AppendAsync(harness, "id-70"));
        Assert.InRange(harness.Store.Statistics.DuplicateEntries, 80, 101);
        Assert.InRange(harness.Store.Statistics.DuplicateAge.TotalSeconds, 80, 101);
    }

    [Fact]
    public void The_table_finds_all_it_was_given_and_reuses_what_is_below_the_floor()
    {
        var random = new Random(7);
        var table = new DuplicateTable();
        var hashes = new ulong[200_000];
        for (var i = 0; i < hashes.Length; i++)
        {
            hashes[i] = (ulong)random.NextInt64() << 1;
            table.Add(hashes[i], i + 1, i + 1, Math.Max(1, i - 50_000));
        }
        for (var i = 150_001; i < hashes.Length; i++)
            Assert.True(Finds(hashes[i], i + 1));
        Assert.InRange(table.UsedSlots, 50_000, 120_000);

        bool Finds(ulong hash, long sequence)
        {
            var probe = table.Find(hash, hashes.Length, 150_000);
            while (probe.MoveNext())
                if (probe.Sequence == sequence)
                    return true;
            return false;
        }
    }

    [Fact]
    public void Sequences_past_four_billion_are_found()
    {
        const long Far = 9_000_000_000;
        var table = new DuplicateTable();
        table.Add(42, Far, Far, 1);
        var probe = table.Find(42, Far + 1000, Far - 1000);
        Assert.True(probe.MoveNext());
        Assert.Equal(Far, probe.Sequence);
    }

    private static async Task<Verdict> AppendAsync(JournalHarness harness, string id)
    {
        var verdicts = new Appended[1];
        await harness.Store.AppendAsync(new[] { new StoreEvents(harness.Store, harness.Clock).Make(id) }, verdicts, Cancel);
        return verdicts[0].Verdict;
    }
}
