using Herald.Engine.Basics;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Messages;
using Herald.Notifications.Statuses;

namespace Herald.Notifications.Tests.Statuses;

/// <summary>What is written is read again, and no changed byte passes.</summary>
public sealed class CodecTests
{
    private static readonly RecordWriter Writer = new();
    private readonly Random _random = new(11);

    [Fact]
    public void A_page_is_read_as_it_was_written()
    {
        for (var count = 0; count <= RowNumber.RowsOfPage; count++)
        {
            var rows = Rows(7, count);
            Assert.Equal(rows, PageCodec.Decode(7, PageCodec.Encode(Writer, rows)));
        }
    }

    [Fact]
    public void A_page_with_a_changed_byte_is_refused_by_name() =>
        AssertRefused(PageCodec.Encode(Writer, Rows(7, 16)), value => PageCodec.Decode(7, value), "'p 7'");

    [Fact]
    public void A_page_of_usual_rows_is_small()
    {
        const string To = "anna.example@mail.example.org";
        var rows = Enumerable.Range(0, 16).Select(i => BookRig.NewRow(_random, BookRig.StartMs + (i * 250), To) with
        {
            Status = NotificationStatus.Processed,
            Attempts = 1,
            FirstAttemptAtMs = BookRig.StartMs + (i * 250) + 12,
            SettledAtMs = BookRig.StartMs + (i * 250) + 90,
            LastWords = "250 2.0.0 Ok: queued as 4F1C2",
        });
        Assert.InRange(PageCodec.Encode(Writer, [.. rows]).Length, 1, 2000);
    }

    [Fact]
    public void A_row_keeps_the_beginning_of_long_texts()
    {
        var row = BookRig.NewRow(_random, 0) with
        {
            Recipient = new string('x', 319) + "ü",
            LastWords = string.Concat(Enumerable.Repeat("😀", 200)),
            Reason = new string('r', 65),
            DeadLetter = new DeadLetterId(new ShardId(1), 2, 3, 4),
        };
        var cut = row.Fit();
        Assert.Equal((new string('x', 319), 125 * 2, 64, null), (cut.Recipient, cut.LastWords!.Length, cut.Reason!.Length, cut.DeadLetter));
        Assert.Equal(16 * 2, (row with { Status = NotificationStatus.Processed }).Fit().LastWords!.Length);
        Assert.Equal(row.DeadLetter, (row with { Status = NotificationStatus.Failed }).Fit().DeadLetter);
        Assert.Equal(cut, cut.Fit());
    }

    [Fact]
    public void A_summary_is_read_as_it_was_written_and_knows_its_pages()
    {
        var (summary, rows) = NewSummary();
        var read = Summary.Decode(3, summary.Encode(Writer));
        foreach (var one in (Summary[])[summary, read])
        {
            Assert.Equal((1000, 63, 5, 1004), (one.Rows, one.Pages, (int)one.FirstAcceptedMs, (int)one.LastAcceptedMs));
            Assert.Equal(77, one.LastChangeMs);
            foreach (var status in Enum.GetValues<NotificationStatus>().Cast<NotificationStatus?>().Append(null))
                foreach (var destination in Enum.GetValues<Destination>().Cast<Destination?>().Append(null))
                {
                    Assert.Equal(rows.Count(row => IsLike(row, status, destination)), one.Count(status, destination));
                    var pages = rows.Chunk(16).Index().Where(page =>
                        (status is null || page.Item.Any(row => row.Status == status))
                        && (destination is null || page.Item.Any(row => row.Destination == destination)));
                    Assert.Equal(pages.Select(page => page.Index).Reverse(), one.PagesWith(status, destination));
                }
        }
    }

    [Fact]
    public void A_summary_with_a_changed_byte_is_refused_by_name() =>
        AssertRefused(NewSummary().Summary.Encode(Writer), value => Summary.Decode(3, value), "'s 3'");

    [Fact]
    public void A_directory_is_read_as_it_was_written_and_the_newer_one_counts()
    {
        var directory = NewDirectory();
        byte[] first = directory.EncodeNext(Writer), second;
        directory.AddChapter(41, 900);
        second = directory.EncodeNext(Writer);
        foreach (var read in (BlockDirectory[])[BlockDirectory.Newer(first, second)!, BlockDirectory.Newer(second, first)!])
        {
            Assert.Equal(directory.Blocks, read.Blocks);
            Assert.Equal((directory.Seed, 2, directory.Floor, false), (read.Seed, read.Number, read.Floor, read.MayLackNewest));
            Assert.Equal([41, 40, 8, 3, 1, 0], read.ChaptersFromNewest());
        }
        Assert.Null(BlockDirectory.Newer(null, null));
    }

    [Fact]
    public void A_damaged_directory_leaves_the_other_and_two_damaged_ones_are_refused()
    {
        var directory = NewDirectory();
        byte[] second = directory.EncodeNext(Writer), first = directory.EncodeNext(Writer);
        for (var at = 0; at < first.Length; at++)
        {
            byte[] damaged = Changed(first, at), other = Changed(second, at % second.Length);
            var read = BlockDirectory.Newer(damaged, second)!;
            Assert.Equal((1, true), (read.Number, read.MayLackNewest));
            var failure = Assert.Throws<InvalidDataException>(() => BlockDirectory.Newer(damaged, other));
            Assert.Contains("'d0'", failure.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_removed_chapter_is_not_there_and_new_rows_come_after_it()
    {
        var directory = NewDirectory();
        Assert.False(directory.RemoveChapter(1));
        Assert.Equal([40, 8, 3, 0], directory.ChaptersFromNewest());
        Assert.True(directory.RemoveChapter(8));
        Assert.Equal([0L, 5L], directory.Blocks.Select(block => block.Number));
        Assert.Equal(0, directory.Floor);
        Assert.Equal(5, directory.Open?.Number);
        Assert.True(directory.RemoveChapter(40));
        Assert.Equal(6 * 65_536, directory.Floor);
        // Block 0 remains, but no row comes after it any more.
        Assert.Equal((0, null), (directory.Newest?.Number, directory.Open));
        Assert.False(directory.RemoveChapter(3));
        Assert.Equal(6 * 65_536, directory.Floor);
    }

    [Fact]
    public void A_table_finds_all_rows_after_any_number_of_extensions()
    {
        var tags = Enumerable.Range(0, 3000).Select(_ => (uint)_random.NextInt64(1, 1L << 26)).ToArray();
        TablePart? part = null;
        for (var from = 0; from < tags.Length;)
        {
            var count = Math.Min(_random.Next(1, 700), tags.Length - from);
            var added = Enumerable.Range(from, count).Select(i => (tags[i], (ushort)(i * 20))).ToList();
            var bytes = TablePart.Build(9, from + count, part, added);
            part = TablePart.Read(StatusKeys.UuidPart(5, 0), bytes);
            from += count;
        }
        Assert.Equal((9UL, 3000), (part!.Id, part.TableRows));
        for (var i = 0; i < tags.Length; i++)
        {
            var found = new List<long>();
            part.Find(tags[i], 5 * 65_536, found);
            Assert.Contains((5 * 65_536) + (i * 20), found);
            Assert.InRange(found.Count, 1, 3);
        }
    }

    [Fact]
    public void A_table_with_a_changed_byte_is_refused_by_name()
    {
        var bytes = TablePart.Build(9, 50, null, [.. Enumerable.Range(1, 50).Select(i => ((uint)(i * 7919), (ushort)i))]);
        AssertRefused(bytes, value => TablePart.Read(StatusKeys.UuidPart(5, 63), value), "'t 5 63'");
    }

    [Fact]
    public void A_chunk_of_tags_is_read_as_it_was_written_and_no_changed_byte_passes()
    {
        var chunk = new TagChunk(66, 1234);
        for (var at = 0; at < 100; at++)
            (chunk.Uuids[at], chunk.Recipients[at]) = ((uint)(at + 1), (uint)(at % 3));
        var bytes = chunk.Encode(Writer);
        var read = TagChunk.Decode(1, bytes);
        Assert.Equal((66, 1234), (read.Number, read.OpenSinceMs));
        Assert.Equal(chunk.Uuids, read.Uuids);
        Assert.Equal(chunk.Recipients, read.Recipients);
        AssertRefused(bytes, value => TagChunk.Decode(1, value), "'a 1'");
        Assert.Throws<InvalidDataException>(() => TagChunk.Decode(2, bytes));
    }

    private static void AssertRefused(byte[] sound, Action<ReadOnlyMemory<byte>?> read, string name)
    {
        read(sound);
        byte[]?[] wrong = [null, [], sound[..^1], [.. sound, 0], .. Enumerable.Range(0, sound.Length).Select(at => Changed(sound, at))];
        foreach (var value in wrong)
        {
            var failure = Assert.Throws<InvalidDataException>(() => read(value is null ? (ReadOnlyMemory<byte>?)null : value));
            Assert.Contains(name, failure.Message, StringComparison.Ordinal);
        }
    }

    private static byte[] Changed(byte[] value, int at)
    {
        var changed = value.ToArray();
        changed[at] ^= (byte)(1 << (at % 8));
        return changed;
    }

    private static bool IsLike(Row row, NotificationStatus? status, Destination? destination) =>
        (status is null || row.Status == status) && (destination is null || row.Destination == destination);

    private static BlockDirectory NewDirectory()
    {
        var directory = new BlockDirectory(new UInt128(3, 4));
        foreach (var (chapter, at) in (ReadOnlySpan<(long, long)>)[(0, 10), (1, 20), (3, 30), (8, 400), (40, 800)])
            directory.AddChapter(chapter, at);
        directory.Set(directory.Blocks[0] with { TableRows = 65_536, TableId = ulong.MaxValue });
        return directory;
    }

    private (Summary Summary, Row[] Rows) NewSummary()
    {
        var summary = new Summary();
        Row[] rows = [.. Enumerable.Range(0, 1000).Select(i => BookRig.NewRow(_random, i + 5) with { Number = i })];
        foreach (var row in rows)
            summary.Add(row, 55);
        // Whole pages have one status, so that the bits differ from page to page.
        for (var i = 0; i < rows.Length; i++)
        {
            var changed = rows[i] with { Status = (NotificationStatus)(i / 16 * 7 % 4), Destination = (Destination)(i / 160 % 4) };
            summary.Change(rows[i], changed, 77);
            rows[i] = changed;
        }
        foreach (var (page, content) in rows.Chunk(16).Index())
            summary.SetPage(page, content);
        return (summary, rows);
    }

    private List<Row> Rows(long page, int count) => [.. Enumerable.Range(0, count).Select(i => new Row
    {
        Number = (page * 16) + i,
        Uuid = BookRig.NewRow(_random, 0).Uuid,
        Content = UInt128.MaxValue - (UInt128)i,
        Status = (NotificationStatus)(i % 4),
        Destination = (Destination)(i / 4),
        IsHigh = i % 2 == 0,
        IsExternal = i % 3 == 0,
        Attempts = i,
        Conflicts = i * 1000,
        AcceptedAtMs = BookRig.StartMs + (i * 10),
        NotBeforeMs = i % 2 == 0 ? BookRig.StartMs - 5 : null,
        ExpiresMs = i % 3 == 0 ? long.MaxValue : null,
        FirstAttemptAtMs = i % 4 == 0 ? 0 : null,
        SettledAtMs = i % 5 == 0 ? BookRig.StartMs : null,
        HandedOverAtMs = i % 6 == 0 ? long.MinValue : null,
        Waits = i % 2 == 1 ? "quiet-hours" : null,
        Recipient = i % 3 == 1 ? "anna@x.org" : null,
        RecipientHash = i % 3 == 1 ? ulong.MaxValue : 0,
        Reason = i % 4 == 1 ? "" : null,
        LastWords = i % 5 == 1 ? "550 5.1.1 No such user ü" : null,
        DeadLetter = i % 4 == 2 ? new DeadLetterId(new ShardId(63), int.MaxValue, 1, long.MaxValue) : null,
    })];
}
