using Herald.Contracts.Stores;
using Herald.Contracts.Transfer;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Engine.Transfer;
using Herald.Journal.Tests.Crashes;
using Herald.Journal.Tests.Faults;
using Herald.Journal.Transfer;
using Xunit;

namespace Herald.Journal.Tests.Transfer;

/// <summary>
/// A journal with everything in it, most of it already freed, is moved into another one. The move is interrupted at every operation.
/// </summary>
public sealed class JournalMovingTests(ITestOutputHelper output)
{
    private const int Rounds = 24;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task What_was_moved_answers_like_what_it_was_moved_from_and_goes_on(int seed)
    {
        var files = new FaultyFiles();
        var story = new Story(files, seed);
        await story.PlayAsync(Rounds);
        var told = await TellAsync(files);
        Assert.Contains(told.Shape!.Shards, shard => shard.First > 1);
        Assert.True(told.Count(MoveSection.Remembered) > 0);
        var file = await ExportAsync(files);

        foreach (var path in files.Paths.Where(path => path.StartsWith(Story.Options().Directory, StringComparison.Ordinal)))
            files.Delete(path);
        await ImportAsync(file, files);
        AssertSame(told, await TellAsync(files));
        await story.CheckAsync();
        await story.PlayAsync(Rounds);
        await story.CheckAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_import_that_is_cut_off_anywhere_leaves_no_store_or_all_of_it_and_may_be_started_again(bool isOnlyKilled)
    {
        var from = new FaultyFiles();
        await new Story(from, 1).PlayAsync(Rounds);
        var (told, file) = (await TellAsync(from), await ExportAsync(from));
        var probe = new FaultyFiles();
        await ImportAsync(file, probe);
        int none = 0, half = 0, whole = 0;
        for (var at = 1; at <= probe.Operations; at++)
        {
            var files = new FaultyFiles { CrashAt = at, IsOnlyKilled = isOnlyKilled };
            await Assert.ThrowsAnyAsync<IOException>(() => ImportAsync(file, files));
            if (isOnlyKilled)
                files.Restart();
            else
                files.PowerOn(new Random(at));
            try
            {
                AssertSame(told, await TellAsync(files));
                whole++;
                continue;
            }
            catch (MoveRefusedException)
            {
                none++;
            }
            catch (JournalUnfinishedException)
            {
                half++;
                await Assert.ThrowsAsync<JournalUnfinishedException>(
                    async () => await JournalStore.OpenAsync(Story.Options(), new StoreClock(), files, null, Cancel));
            }
            await ImportAsync(file, files);
            AssertSame(told, await TellAsync(files));
        }
        output.WriteLine($"{probe.Operations} operations: {none} left nothing, {half} half of it, {whole} all");
        Assert.True(none > 0 && half > 0 && (whole > 0 || !isOnlyKilled));
    }

    [Fact]
    public async Task An_import_that_finds_no_room_leaves_nothing()
    {
        var from = new FaultyFiles();
        await new Story(from, 1).PlayAsync(Rounds);
        var file = await ExportAsync(from);
        var files = new FaultyFiles { Free = 20_000 };
        await Assert.ThrowsAnyAsync<IOException>(() => ImportAsync(file, files));
        Assert.Empty(files.Paths);
        Assert.Equal(20_000, files.Free);
    }

    [Fact]
    public async Task A_file_that_was_cut_leaves_nothing()
    {
        var from = new FaultyFiles();
        await new Story(from, 1).PlayAsync(Rounds);
        var file = await ExportAsync(from);
        var files = new FaultyFiles();
        await Assert.ThrowsAsync<ExportFileException>(() => ImportAsync(file[..^1], files));
        Assert.Empty(files.Paths);
    }

    [Fact]
    public async Task What_is_there_already_is_not_touched()
    {
        var files = new FaultyFiles();
        await new Story(files, 1).PlayAsync(Rounds);
        var (told, file, before) = (await TellAsync(files), await ExportAsync(files), files.Paths);
        var refused = await Assert.ThrowsAsync<MoveRefusedException>(() => ImportAsync(file, files));
        Assert.Contains("already contains a store", refused.Message, StringComparison.Ordinal);
        Assert.Equal(before, files.Paths);
        AssertSame(told, await TellAsync(files));

        var foreign = new FaultyFiles();
        foreign.Open($"{Story.Options().Directory}/letter.txt", create: true).Dispose();
        refused = await Assert.ThrowsAsync<MoveRefusedException>(() => ImportAsync(file, foreign));
        Assert.Contains("letter.txt", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_journal_that_is_open_can_be_neither_end_and_a_place_without_one_has_nothing_to_export()
    {
        await using var harness = new JournalHarness();
        await Assert.ThrowsAsync<MoveRefusedException>(() => JournalSource.OpenAsync(harness.Options, harness.Clock, _ => { }, Cancel));
        Assert.False(Directory.Exists(harness.Root));
        await harness.StartAsync();
        await Assert.ThrowsAsync<JournalInUseException>(() => JournalSource.OpenAsync(harness.Options, harness.Clock, _ => { }, Cancel));
        await Assert.ThrowsAsync<JournalInUseException>(() => JournalTarget.OpenAsync(harness.Options, harness.Clock, _ => { }, Cancel));
    }

    [Fact]
    public async Task Equal_ids_further_apart_than_the_window_are_two_events_and_stay_two()
    {
        await using var from = new JournalHarness();
        await from.StartAsync();
        var events = new StoreEvents(from.Store, from.Clock);
        for (var day = 0; day < 3; day++)
        {
            var verdicts = new Appended[1];
            await from.Store.AppendAsync(new[] { events.Make("same", shard: 3) }, verdicts, Cancel);
            Assert.Equal(new Appended(Verdict.Accepted, day + 1), verdicts[0]);
            from.Clock.Advance(TimeSpan.FromHours(25));
        }
        var accepted = new Appended[1];
        await from.Store.AppendAsync(new[] { events.Make("new", shard: 3) }, accepted, Cancel);
        await from.StopAsync();

        await using var to = new JournalHarness();
        to.Clock.Advance(from.Clock.GetUtcNow() - to.Clock.GetUtcNow());
        await using (var source = await JournalSource.OpenAsync(from.Options, from.Clock, _ => { }, Cancel))
        await using (var target = await JournalTarget.OpenAsync(to.Options, to.Clock, _ => { }, Cancel))
            await StoreMove.RunAsync(source, target, Cancel);
        await to.StartAsync();
        Assert.Equal(new LogBounds(1, 4), await to.Store.BoundsAsync(new ShardId(3), Cancel));
        var again = new Appended[2];
        events = new StoreEvents(to.Store, to.Clock);
        await to.Store.AppendAsync(new[] { events.Make("same", shard: 3), events.Make("new", shard: 3) }, again, Cancel);
        Assert.Equal([new Appended(Verdict.Accepted, 5), new Appended(Verdict.Duplicate, 4)], again);
    }

    private static void AssertSame(ToldStore expected, ToldStore actual)
    {
        Assert.Equal(expected.Shape!.Shards, actual.Shape!.Shards);
        for (var section = MoveSection.Catalog; section < MoveSection.End; section++)
            Assert.Equal(expected.Lines(section), actual.Lines(section));
    }

    private static async Task<ToldStore> TellAsync(FaultyFiles files)
    {
        await using var source = JournalSource.Open(Story.Options(), new StoreClock(), files, _ => { });
        return await ToldStore.OfAsync(source, Cancel);
    }

    private static async Task<byte[]> ExportAsync(FaultyFiles files)
    {
        using var file = new MemoryStream();
        await using var source = JournalSource.Open(Story.Options(), new StoreClock(), files, _ => { });
        await using var writer = new ExportFileWriter(file);
        await StoreMove.RunAsync(source, writer, Cancel);
        return file.ToArray();
    }

    private static async Task ImportAsync(byte[] file, FaultyFiles files)
    {
        await using var reader = await ExportFileReader.OpenAsync(new MemoryStream(file), Cancel);
        await using var target = JournalTarget.Open(Story.Options(), new StoreClock(), files, _ => { });
        await StoreMove.RunAsync(reader, target, Cancel);
    }
}
