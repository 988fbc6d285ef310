using Herald.Notifications.Reading;
using Herald.Notifications.Statuses;

namespace Herald.Notifications.Tests.Statuses;

public sealed class StatusBookTests : IDisposable
{
    private static readonly long Day = (long)TimeSpan.FromDays(1).TotalMilliseconds;

    private readonly BookRig _rig = new();
    private readonly Random _random = new(3);

    [Fact]
    public async Task A_row_is_found_by_its_uuid_from_the_batch_that_added_it_on()
    {
        var row = BookRig.NewRow(_random, BookRig.StartMs, "anna@x.org");
        await _rig.InBatchAsync(0, [row.Uuid], book =>
        {
            Assert.Null(book.Find(row.Uuid));
            Assert.Equal(0, book.Add(row));
            Assert.Equal(row.Content, book.Find(row.Uuid)!.Content);
            return Task.CompletedTask;
        });
        await _rig.InBatchAsync(0, [row.Uuid], book => Task.FromResult(book.Find(row.Uuid) is { Number: 0, Recipient: "anna@x.org" }));
        Assert.Equal("anna@x.org", (await _rig.FindAsync(row.Uuid))!.Recipient);
        Assert.Null(await _rig.FindAsync(Guid.Empty));
    }

    [Fact]
    public async Task A_failed_batch_leaves_nothing()
    {
        var (kept, lost) = (BookRig.NewRow(_random, 1), BookRig.NewRow(_random, 2));
        await _rig.AddAsync(kept);
        var names = _rig.State.NamesOf(0).ToList();
        await _rig.InBatchAsync(0, [], book => Task.FromResult(book.Add(lost)), fails: true);
        Assert.Equal(names, _rig.State.NamesOf(0));
        await _rig.InBatchAsync(0, [lost.Uuid], book =>
        {
            Assert.Null(book.Find(lost.Uuid));
            Assert.Equal(1, book.Add(lost));
            return Task.CompletedTask;
        });
    }

    [Fact]
    public async Task Times_never_fall_from_one_row_to_the_next()
    {
        await _rig.AddAsync(BookRig.NewRow(_random, 500), BookRig.NewRow(_random, 300));
        await _rig.AddAsync(BookRig.NewRow(_random, 400), BookRig.NewRow(_random, 600));
        var page = await _rig.List.ListAsync(new ListQuery(10), default);
        Assert.Equal([600, 500, 500, 500], page.Items.Select(row => (int)row.AcceptedAtMs));
    }

    [Fact]
    public async Task A_change_keeps_what_cannot_change()
    {
        var row = BookRig.NewRow(_random, 100, "anna@x.org");
        await _rig.AddAsync(row);
        await _rig.ChangeAsync(row.Uuid, one => BookRig.NewRow(_random, 7, "eve@x.org") with { Number = one.Number, Attempts = 3 });
        var read = (await _rig.FindAsync(row.Uuid))!;
        Assert.Equal((row.Uuid, row.Content, 100), (read.Uuid, read.Content, (int)read.AcceptedAtMs));
        Assert.Equal(("anna@x.org", 3), (read.Recipient, read.Attempts));
        await Assert.ThrowsAsync<InvalidOperationException>(() => _rig.InBatchAsync(0, [], book =>
        {
            book.Change(read with { Number = 5000 });
            return Task.CompletedTask;
        }));
    }

    [Fact]
    public async Task The_tables_get_the_newest_rows_after_8192_of_them_or_6_hours()
    {
        await AddManyAsync(8191, 1000);
        Assert.DoesNotContain("t 0 0", _rig.State.NamesOf(0));
        await AddManyAsync(1, 1);
        Assert.Equal(64, _rig.State.NamesOf(0).Count(name => name.StartsWith("t 0 ", StringComparison.Ordinal)));
        Assert.Equal(64, _rig.State.NamesOf(0).Count(name => name.StartsWith("q 0 ", StringComparison.Ordinal)));

        var row = BookRig.NewRow(_random, _rig.NowMs);
        await _rig.AddAsync(row);
        var table = _rig.State[0, StatusKeys.UuidPart(0, 0)];
        _rig.NowMs += (6 * 3_600_000) - 1;
        await _rig.InBatchAsync(0, [], _ => Task.CompletedTask);
        Assert.Same(table, _rig.State[0, StatusKeys.UuidPart(0, 0)]);
        _rig.NowMs++;
        await _rig.InBatchAsync(0, [], _ => Task.CompletedTask);
        Assert.NotSame(table, _rig.State[0, StatusKeys.UuidPart(0, 0)]);

        // The next row is not old only because it shares a chunk of tags with rows that are.
        table = _rig.State[0, StatusKeys.UuidPart(0, 0)];
        await _rig.AddAsync(BookRig.NewRow(_random, _rig.NowMs));
        Assert.Same(table, _rig.State[0, StatusKeys.UuidPart(0, 0)]);
        Assert.Equal(8192, (await _rig.FindAsync(row.Uuid))!.Number);
    }

    [Fact]
    public async Task A_block_ends_after_a_tenth_of_the_time_that_rows_are_kept()
    {
        var rows = await AddManyAsync(100, (3 * Day / 99) + 1);
        Assert.Equal(65_536, (await _rig.FindAsync(rows[^1].Uuid))!.Number);
        Assert.Equal(98, (await _rig.FindAsync(rows[^2].Uuid))!.Number);
        await _rig.AddAsync(BookRig.NewRow(_random, _rig.NowMs += 3 * Day), BookRig.NewRow(_random, _rig.NowMs + (6 * Day)));
        Assert.Equal([0, 8, 16, 24], DirectoryNow().ChaptersFromNewest().Reverse());
        Assert.Equal([99, 1, 1, 0], DirectoryNow().Blocks.Select(block => block.TableRows));
        foreach (var row in rows)
            Assert.NotNull(await _rig.FindAsync(row.Uuid));
    }

    [Fact]
    public async Task A_batch_reads_the_store_four_times_beside_its_last_page()
    {
        var rows = await AddManyAsync(30_000, 10);
        _rig.Restart();
        _rig.State.Calls.Clear();
        var asked = rows.Where((_, i) => i % 50 == 0).Select(row => row.Uuid).ToList();
        await _rig.InBatchAsync(0, asked, book =>
        {
            foreach (var uuid in asked)
                book.Change(book.Find(uuid)! with { Attempts = 1 });
            return Task.CompletedTask;
        });
        Assert.Equal(4, _rig.State.Calls.Count);
        Assert.Equal(67, _rig.State.Calls[0].Length);
        Assert.Equal(["s 3"], _rig.State.Calls[1]);
        Assert.Equal(Enumerable.Range(0, 64).Select(part => $"t 0 {part}"), _rig.State.Calls[2].Order(Comparer));
        // 600 pages, their chapters, and a few pages that only looked right.
        Assert.InRange(_rig.State.Calls[3].Length, 600, 640);
    }

    [Fact]
    public async Task Two_hundred_thousand_rows_over_full_blocks_are_found_changed_and_forgotten()
    {
        var rows = await AddManyAsync(200_000, 10);
        Assert.Equal([0, 1, 2, 3], DirectoryNow().Blocks.Select(block => block.Number));
        Assert.Equal([65_536, 65_536, 65_536], DirectoryNow().Blocks.Take(3).Select(block => block.TableRows));
        _rig.Restart();
        for (var i = 0; i < rows.Count; i += 997)
            Assert.Equal(i, (await _rig.FindAsync(rows[i].Uuid))!.Number);
        for (var i = 0; i < 300; i++)
            Assert.Null(await _rig.FindAsync(BookRig.NewRow(_random, 0).Uuid));

        // All but one row are settled, in the oldest chapter and in the newest one alike.
        var waiting = rows[8192 * 3].Uuid;
        await SettleAllAsync(rows.Where(row => row.Uuid != waiting));
        await _rig.ChangeAsync(waiting, row => row with { Waits = "not-before" });
        _rig.NowMs += (30 * Day) + 1;
        Assert.Equal(24, await ForgetEverythingAsync());
        Assert.Equal([3], DirectoryNow().ChaptersFromNewest());
        Assert.NotNull(await _rig.FindAsync(waiting));
        Assert.Null(await _rig.FindAsync(rows[5].Uuid));
        Assert.Null(await _rig.FindAsync(rows[^1].Uuid));
        Assert.Equal(1 + 512, _rig.State.NamesOf(0).Count(name => name[0] is 's' or 'p'));
        Assert.Equal(128, _rig.State.NamesOf(0).Count(name => name[0] is 't' or 'q'));

        // The last chapter goes when its row does not wait any more and nothing comes: first it fails, and later it is forgotten.
        await _rig.ChangeAsync(waiting, row => row with { Waits = null });
        _rig.NowMs += (30 * Day) + 1;
        Assert.Equal(1, await ForgetEverythingAsync());
        var failed = (await _rig.FindAsync(waiting))!;
        Assert.Equal((NotificationStatus.Failed, "no-result"), (failed.Status, failed.Reason));
        _rig.NowMs += (30 * Day) + 1;
        Assert.Equal(1, await ForgetEverythingAsync());
        Assert.DoesNotContain(_rig.State.NamesOf(0), name => name[0] is not ('d' or 'a'));

        // Numbers are never used again, and a forgotten uuid is new.
        await _rig.AddAsync(rows[0] with { AcceptedAtMs = _rig.NowMs });
        Assert.Equal(4 * 65_536, (await _rig.FindAsync(rows[0].Uuid))!.Number);
    }

    /// <summary>Random posts, repeats, changes, ticks, restarts and failures, in batches that are split at random.</summary>
    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task A_book_behaves_as_a_dictionary_however_the_batches_are_split(int seed)
    {
        var random = new Random(seed);
        // Slow posts end blocks early; fast ones fill chapters.
        var stepMs = random.Next(2) == 0 ? 400_000 : 3;
        var model = new Dictionary<Guid, Row>();
        var uuids = Enumerable.Range(0, 12_000).Select(_ => BookRig.NewRow(random, 0).Uuid).ToArray();
        for (var left = 12_000; left > 0;)
        {
            var count = Math.Min(left, random.Next(3) == 0 ? random.Next(1, 2048) : random.Next(1, 30));
            left -= count;
            _rig.NowMs += stepMs * count;
            var steps = Enumerable.Range(0, count).Select(_ => (uuids[random.Next(uuids.Length)], random.Next())).ToArray();
            if (random.Next(6) == 0)
                await RunAsync(steps, [], fails: true);
            if (random.Next(8) == 0)
                _rig.Restart();
            await RunAsync(steps, model, fails: false);
        }
        foreach (var uuid in uuids)
        {
            var read = await _rig.FindAsync(uuid);
            Assert.Equal(model.GetValueOrDefault(uuid), read is null ? null : read with { RecipientHash = 0 });
        }
        Assert.Equal(
            model.Values.OrderByDescending(row => row.Number).Select(row => row.Uuid),
            (await ListAllAsync(new ListQuery(700))).Select(row => row.Uuid));

        Task RunAsync((Guid, int)[] steps, Dictionary<Guid, Row> into, bool fails) =>
            _rig.InBatchAsync(0, steps.Select(step => step.Item1), book =>
            {
                foreach (var (uuid, drawn) in steps)
                    Apply(book, uuid, drawn, into, fails);
                return Task.CompletedTask;
            }, fails);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_damaged_directory_is_completed_from_what_it_named(int ends)
    {
        // The last change of the directory has added a chapter, or a block and the table of the one before.
        var rows = await AddManyAsync(9000, 10);
        if (ends == 2)
            rows.AddRange(await AddManyAsync(10, 3 * Day));
        var before = DirectoryNow();
        var newest = StatusKeys.Directory(before.Number);
        _rig.State[0, newest]![5] ^= 1;
        _rig.Restart();
        var more = await AddManyAsync(20, 1);
        Assert.Equal(before.Blocks.Select(block => (block.Number, block.TableId, block.TableRows, block.Chapters)),
            DirectoryNow().Blocks.Select(block => (block.Number, block.TableId, block.TableRows, block.Chapters)));
        foreach (var row in rows.Concat(more))
            Assert.Equal(row.Uuid, (await _rig.FindAsync(row.Uuid))?.Uuid);
        Assert.False(BlockDirectory.Newer(_rig.State[0, StatusKeys.Directory0], _rig.State[0, StatusKeys.Directory1])!.MayLackNewest);
    }

    [Fact]
    public async Task A_damaged_page_concerns_its_own_rows_only()
    {
        var rows = await AddManyAsync(100, 10);
        _rig.State[0, StatusKeys.Page(2)]![30] ^= 1;
        _rig.Restart();
        await _rig.InBatchAsync(0, [rows[0].Uuid, rows[99].Uuid], book => Task.FromResult(book.Find(rows[99].Uuid)!.Number));
        var failure = await Assert.ThrowsAsync<InvalidDataException>(() => _rig.InBatchAsync(0, [rows[33].Uuid], _ => Task.CompletedTask));
        Assert.Contains("'p 2'", failure.Message, StringComparison.Ordinal);
        failure = await Assert.ThrowsAsync<InvalidDataException>(() => _rig.FindAsync(rows[33].Uuid));
        Assert.Contains("'p 2'", failure.Message, StringComparison.Ordinal);
        Assert.NotNull(await _rig.FindAsync(rows[50].Uuid));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_damaged_part_of_a_table_is_made_anew_from_the_rows(bool isMissing)
    {
        var rows = await AddManyAsync(9000, 10);
        Assert.InRange(DirectoryNow().Newest!.Value.TableRows, 1, 9000);
        for (var part = 0; part < Tag.Parts; part += 7)
        {
            var (uuids, recipients) = (StatusKeys.UuidPart(0, part), StatusKeys.RecipientPart(0, part));
            if (isMissing)
                (_rig.State[0, uuids], _rig.State[0, recipients]) = (null, null);
            else
                (_rig.State[0, uuids]![20], _rig.State[0, recipients]![20]) = (0xFF, 0xFF);
        }
        _rig.Restart();
        rows.AddRange(await AddManyAsync(9000, 1));
        foreach (var row in rows)
            Assert.Equal(row.Uuid, (await _rig.FindAsync(row.Uuid))?.Uuid);
        // Posted again, each is known.
        foreach (var chunk in rows.Chunk(2000))
        {
            var uuids = chunk.Select(row => row.Uuid).ToList();
            await _rig.InBatchAsync(0, uuids, book =>
            {
                Assert.All(uuids, uuid => Assert.NotNull(book.Find(uuid)));
                return Task.CompletedTask;
            });
        }
        Assert.Equal(9000, (await ListAllAsync(new(500, Recipient: "anna@x.org"))).Count);
    }

    public static TheoryData<int> Seeds() => [.. Enumerable.Range(1, 6)];

    public void Dispose() => _rig.Dispose();

    private static readonly IComparer<string> Comparer = Comparer<string>.Create((left, right) =>
        left.Length != right.Length ? left.Length.CompareTo(right.Length) : string.CompareOrdinal(left, right));

    private static void Apply(StatusBook book, Guid uuid, int drawn, Dictionary<Guid, Row> model, bool fails)
    {
        var found = book.Find(uuid);
        if (!fails)
            Assert.Equal(model.GetValueOrDefault(uuid), found is null ? null : found with { RecipientHash = 0 });
        if (found is null)
        {
            var row = BookRig.NewRow(
                new Random(drawn), BookRig.StartMs + (drawn % 1000), drawn % 3 == 0 ? null : $"user-{drawn % 50}@x.org");
            var number = book.Add(row with { Uuid = uuid });
            found = book.At(number)!;
        }
        else if (drawn % 5 == 0)
            book.Change(found with { Conflicts = found.Conflicts + 1 });
        else
        {
            var status = (NotificationStatus)(drawn % 4);
            book.Change(found with { Status = status, Attempts = drawn % 9, LastWords = new string('w', drawn % 60) });
        }
        model[uuid] = book.At(found.Number)! with { RecipientHash = 0 };
    }

    private BlockDirectory DirectoryNow() =>
        BlockDirectory.Newer(_rig.State[0, StatusKeys.Directory0], _rig.State[0, StatusKeys.Directory1])!;

    private async Task<List<Row>> AddManyAsync(int count, long stepMs)
    {
        var rows = new List<Row>();
        while (rows.Count < count)
        {
            var batch = Enumerable.Range(0, Math.Min(2048, count - rows.Count))
                .Select(i => BookRig.NewRow(_random, _rig.NowMs + (i * stepMs), i % 2 == 0 ? null : "anna@x.org")).ToList();
            _rig.NowMs = batch[^1].AcceptedAtMs;
            await _rig.AddAsync(batch);
            _rig.NowMs += rows.Count + batch.Count < count ? stepMs : 0;
            rows.AddRange(batch);
        }
        return rows;
    }

    private async Task SettleAllAsync(IEnumerable<Row> rows)
    {
        foreach (var chunk in rows.Select(row => row.Uuid).Chunk(2048))
            await _rig.InBatchAsync(0, chunk, book =>
            {
                foreach (var uuid in chunk)
                    book.Change(book.Find(uuid)! with { Status = NotificationStatus.Processed, SettledAtMs = _rig.NowMs });
                return Task.CompletedTask;
            });
    }

    /// <summary>Besides the oldest chapter, the time chooses which chapter a tick looks at.</summary>
    private async Task<int> ForgetEverythingAsync()
    {
        var count = 0;
        for (var turn = 0; turn < 60; turn++, _rig.NowMs += 1000)
            count += await _rig.ForgetAsync();
        return count;
    }

    private async Task<List<Row>> ListAllAsync(ListQuery query)
    {
        var rows = new List<Row>();
        for (ListCursor? cursor = null; ;)
        {
            var page = await _rig.List.ListAsync(query with { Before = cursor }, default);
            rows.AddRange(page.Items);
            if ((cursor = page.NextCursor) is null)
                return rows;
        }
    }
}
