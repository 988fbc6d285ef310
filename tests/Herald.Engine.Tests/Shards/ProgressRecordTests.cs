using Herald.Engine.Basics;
using Herald.Engine.Events;
using Herald.Engine.Progress;
using Herald.Engine.Shards;
using Xunit;

namespace Herald.Engine.Tests.Shards;

public sealed class ProgressRecordTests
{
    private readonly RecordWriter _writer = new();
    private long _link;

    [Fact]
    public void Numbers_hashes_and_texts_are_read_as_they_were_written()
    {
        var random = new Random(1);
        long[] numbers = [0, 1, -1, 63, 64, -64, -65, int.MaxValue, int.MinValue, long.MaxValue, long.MinValue, .. Enumerable.Range(0, 5000).Select(i => random.NextInt64() >> (i % 64))];
        string[] texts = ["", "a", "привет", new string('é', 5000)];
        foreach (var number in numbers)
        {
            _writer.Number(number);
            _writer.Byte((byte)number);
            _writer.Hash((ulong)number);
        }
        foreach (var text in texts)
            _writer.Text(text);
        var reader = new RecordReader(_writer.Take());
        foreach (var number in numbers)
        {
            Assert.Equal(number, reader.Number());
            Assert.Equal((byte)number, reader.Byte());
            Assert.Equal((ulong)number, reader.Hash());
        }
        foreach (var text in texts)
            Assert.Equal(text, reader.Text());
        Assert.True(reader.AtEnd);
        Assert.Equal(0, _writer.Length);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(-64, 1)]
    [InlineData(63, 1)]
    [InlineData(64, 2)]
    [InlineData(8191, 2)]
    [InlineData(long.MinValue, 10)]
    public void Small_numbers_take_few_bytes(long number, int bytes)
    {
        _writer.Number(number);
        Assert.Equal(bytes, _writer.Length);
    }

    [Fact]
    public void Lanes_are_read_as_they_were_saved()
    {
        var random = new Random(2);
        for (var i = 0; i < 2000; i++)
        {
            var lane = Drawn(random);
            lane.Write(_writer);
            var bytes = _writer.Take();
            var reader = new RecordReader(bytes);
            AssertSame(lane, SavedLane.Read(ref reader));
            Assert.True(reader.AtEnd);
        }
    }

    [Fact]
    public void Later_records_lie_over_earlier_ones()
    {
        var saved = new SavedProgress();
        saved.Apply(Record(false, 10, [], (1, 10, [], [(100, Lane(5)), (101, Lane(6))]), (2, 8, [], [(100, Lane(7))])));
        saved.Apply(Record(false, 20, [2], (1, 19, [100], [(101, Lane(9)), (102, Lane(12))])));
        Assert.Equal((20L, 33L), (saved.Routed, saved.CatalogVersion));
        var state = Assert.Single(saved.States).Value;
        Assert.Equal((19L, 4, true, 77L), (state.Position, state.Generation, state.AtHead, state.PausedAtMs));
        Assert.Equal([101UL, 102UL], state.Lanes.Keys.Order());
        AssertSame(Lane(9), state.Lanes[101]);
    }

    [Fact]
    public void A_checkpoint_replaces_all_that_was_before()
    {
        var saved = new SavedProgress();
        saved.Apply(Record(false, 10, [], (1, 10, [], [(100, Lane(5))]), (2, 8, [], [(100, Lane(7))])));
        saved.Apply(Record(true, 30, [], (2, 29, [], [(102, Lane(9))])));
        Assert.Equal(2, Assert.Single(saved.States).Key);
        Assert.Equal(102UL, Assert.Single(saved.States[2].Lanes).Key);
    }

    [Fact]
    public void What_is_settled_is_taken_out_of_what_was_open_and_covers_what_is_still_to_be_routed()
    {
        var saved = new SavedProgress();
        var two = new SavedLane(false, false, 0, 0, 0, 0, [new LaneItem(5, 900, 50), new LaneItem(7, 900, 50)]);
        var failed = new SavedLane(true, true, 2, 1000, 5000, 0, [new LaneItem(6, 900, 50), new LaneItem(8, 900, 50)]);
        saved.Apply(Record(false, 10, [], (1, 10, [], [(100, two), (101, failed), (102, Lane(5)), (103, Lane(9))])));
        saved.Apply(Settled((1, 4, 100, 7), (1, 4, 101, 6), (1, 4, 102, 12), (2, 1, 100, 15), (1, 3, 103, 9)));
        var lanes = saved.States[1].Lanes;
        Assert.Equal([101UL, 102UL, 103UL], lanes.Keys.Order());
        AssertSame(new SavedLane(false, false, 0, 0, 0, 0, [new LaneItem(8, 900, 50)]), lanes[101]);
        AssertSame(new SavedLane(false, false, 0, 0, 0, 13, []), lanes[102]);
        AssertSame(Lane(9), lanes[103]);
        Assert.Equal(10, saved.Routed);
        Assert.True(saved.Settled.Covers(2, 1, 100, 15));
        Assert.False(saved.Settled.Covers(2, 1, 100, 16) || saved.Settled.Covers(2, 2, 100, 15) || saved.Settled.Covers(2, 1, 101, 1));

        // A full record replaces the notes, too.
        saved.Apply(Record(false, 20, []));
        Assert.Equal(0, saved.Settled.Count);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Records_of_earlier_programs_are_read_and_must_be_replaced(byte version)
    {
        var saved = new SavedProgress();
        saved.Apply(OldRecord(version));
        AssertSame(Lane(5), Assert.Single(saved.States[1].Lanes).Value);
        Assert.Equal((10L, 33L, 0, true), (saved.Routed, saved.CatalogVersion, saved.Damage, saved.MustBeReplaced));
    }

    [Fact]
    public void Old_records_lie_over_each_other_and_take_away_what_they_say_is_gone()
    {
        var saved = new SavedProgress();
        saved.Apply(OldRecord(3, 1));
        saved.Apply(OldRecord(3, 2));
        Assert.Equal([1, 2], saved.States.Keys.Order());
        saved.Apply(OldRecord(3, 3, removed: 1));
        Assert.Equal([2, 3], saved.States.Keys.Order());
    }

    [Fact]
    public void An_old_record_that_is_cut_short_changes_nothing()
    {
        var record = OldRecord(3);
        for (var length = 0; length < record.Length; length++)
        {
            var saved = new SavedProgress();
            saved.Apply(record.AsSpan()[..length]);
            Assert.Equal((0, 0L, 1, true), (saved.States.Count, saved.Routed, saved.Damage, saved.IsCut));
        }
    }

    [Fact]
    public void A_record_of_a_newer_program_is_refused_by_name()
    {
        var head = new RecordWriter();
        ProgressRecord.WriteHead(head, "what nobody knows yet"u8);
        var record = head.Take();
        record[0] = 9;
        Assert.True(SavedProgress.Of([record]).IsCut);
        // With this checksum, the record is an undamaged one of that program: the checksum covers the format.
        uint length = BitConverter.ToUInt32(record, 1);
        var crc = Crc32C.Of([9, (byte)length, 0, 0, 0], record.AsSpan(9));
        BitConverter.GetBytes(crc).CopyTo(record, 5);
        Assert.Contains("format 9", Assert.Throws<InvalidDataException>(() => SavedProgress.Of([record])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Whatever_bit_is_flipped_what_is_read_is_as_it_was_saved_then_or_before()
    {
        byte[][] records =
        [
            Record(true, 10, [], (1, 9, [], [(100, Lane(5))]), (2, 8, [], [(100, Lane(7))])),
            Record(false, 20, [], (1, 19, [100], [(101, Lane(12))]), (3, 18, [], [(7, Lane(17))])),
            Settled((1, 4, 101, 12), (3, 4, 7, 15)),
            Record(false, 30, [3], (2, 29, [], [(101, Lane(25))])),
        ];
        for (var at = 0; at < records.Length; at++)
        {
            for (var bit = 0; bit < 8 * records[at].Length; bit++)
            {
                var spoilt = (byte[])records[at].Clone();
                spoilt[bit / 8] ^= (byte)(1 << (bit % 8));
                var saved = SavedProgress.Of(records.Select((record, i) => new ReadOnlyMemory<byte>(i == at ? spoilt : record)));
                Assert.Equal(1, saved.Damage);
                if (saved.IsCut)
                {
                    Assert.Equal(10 * Math.Min(at, 2), saved.Routed);
                    continue;
                }
                Assert.Equal(30, saved.Routed);
                Assert.InRange(saved.DamagedSubscriptions.Count, 0, 1);
                foreach (var (number, state) in saved.States)
                {
                    var isDamaged = saved.DamagedSubscriptions.Contains(number);
                    Assert.Equal(isDamaged, state.IsFrozen);
                    if (isDamaged)
                        Assert.Equal((false, at == 0 ? 0L : at == 1 ? 10L : 20L), (state.AtHead, state.Position));
                    else
                        Assert.Equal(number == 1 ? 19L : 29L, state.Position);
                }
            }
        }
    }

    [Fact]
    public void What_is_saved_of_one_subscription_is_lost_alone()
    {
        var first = Record(true, 10, [], (1, 10, [], [(100, Lane(5))]), (2, 8, [], [(100, Lane(7))]));
        var second = Record(false, 20, [], (1, 20, [100], [(101, Lane(12))]), (2, 18, [], [(7, Lane(17))]));
        var third = Record(false, 30, [], (1, 30, [101], [(102, Lane(22))]), (2, 28, [], [(8, Lane(27))]));
        // The last byte before the settled keys belongs to the second subscription.
        second[^6] ^= 1;
        var saved = SavedProgress.Of([first, second, third]);
        Assert.Equal((2, 1, false, true), (Assert.Single(saved.DamagedSubscriptions), saved.Damage, saved.IsCut, saved.MustBeReplaced));
        Assert.Equal((30L, true, 102UL), (saved.States[1].Position, saved.States[1].AtHead, Assert.Single(saved.States[1].Lanes).Key));
        // The subscription has its state of the first record. It was at the head then, which was at 10.
        Assert.Equal((10L, false, 33L), (saved.States[2].Position, saved.States[2].AtHead, saved.States[2].CatalogVersion));
        AssertSame(Lane(7), Assert.Single(saved.States[2].Lanes).Value);

        // A record without any state of the subscription ends the damage.
        saved.Apply(Record(false, 40, [2]));
        Assert.Empty(saved.DamagedSubscriptions);
        Assert.DoesNotContain(2, saved.States.Keys);
    }

    [Fact]
    public void A_record_that_is_missing_cuts_what_follows_and_a_note_does_not()
    {
        byte[][] records = [Record(true, 10, []), Record(false, 20, []), Settled((1, 4, 101, 12)), Record(false, 30, [])];
        Assert.Equal((10L, true, 1), Read(records[0], records[2], records[3]));
        Assert.Equal((30L, false, 0), Read(records[0], records[1], records[3]));
        // An unreadable record may have been a note. The next record shows whether it was.
        Assert.Equal((20L, true, 1), Read(records[0], records[1], [0]));
        Assert.Equal((30L, false, 1), Read(records[0], records[1], [0], records[3]));
        Assert.Equal((10L, true, 1), Read(records[0], [0], records[2], records[3]));
        Assert.Equal((0L, true, 1), Read([0], records[1], records[2], records[3]));
        Assert.Equal((0L, true, 1), Read(records[1], records[2], records[3]));

        static (long, bool, int) Read(params byte[][] records)
        {
            var saved = SavedProgress.Of(records.Select(record => new ReadOnlyMemory<byte>(record)));
            return (saved.Routed, saved.IsCut, saved.Damage);
        }
    }

    private byte[] Record(bool checkpoint, long routed, int[] removed, params (int Number, long Position, ulong[] Removed, (ulong, SavedLane)[] Lanes)[] states)
    {
        var writer = new ProgressWriter();
        foreach (var (number, position, removedLanes, lanes) in states)
        {
            WriteState(writer.State, position, removedLanes, lanes);
            writer.EndState(number);
        }
        writer.WriteTo(_writer, new ProgressHead(checkpoint ? ProgressKind.Checkpoint : ProgressKind.Changes, ++_link, routed, 33, 0, removed, []), new SettledKeys());
        return _writer.Take();
    }

    private byte[] OldRecord(byte version, int number = 1, params int[] removed)
    {
        _writer.Byte(version);
        _writer.Byte(0);
        _writer.Number(10);
        _writer.Number(33);
        if (version > 1)
            _writer.Number(0);
        _writer.Number(removed.Length);
        foreach (var gone in removed)
            _writer.Number(gone);
        _writer.Number(1);
        _writer.Number(number);
        WriteState(_writer, 10, [], [(100, Lane(5))]);
        if (version > 2)
            new SettledKeys().Write(_writer);
        return _writer.Take();
    }

    private static void WriteState(RecordWriter writer, long position, ulong[] removedLanes, (ulong, SavedLane)[] lanes)
    {
        writer.Number(4);
        writer.Byte(1);
        writer.Number(position);
        writer.Number(77);
        writer.Number(removedLanes.Length);
        foreach (var key in removedLanes)
            writer.Hash(key);
        writer.Number(lanes.Length);
        foreach (var (key, lane) in lanes)
        {
            writer.Hash(key);
            lane.Write(writer);
        }
    }

    private byte[] Settled(params (int Subscription, int Generation, ulong Key, long Through)[] keys)
    {
        var settled = new SettledKeys();
        foreach (var (subscription, generation, key, through) in keys)
            settled.Settle(subscription, generation, key, through);
        new ProgressWriter().WriteTo(_writer, ProgressHead.OfSettled, settled);
        return _writer.Take();
    }

    private static SavedLane Lane(long sequence) => new(false, true, 2, 1000, 5000, sequence + 1, [new LaneItem(sequence, 900, 50)]);

    private static SavedLane Drawn(Random random)
    {
        var attempts = random.Next(2) * random.Next(1, 1_000_000);
        var first = attempts == 0 ? 0 : random.NextInt64(1L << 45);
        var items = Enumerable.Range(0, random.Next(5)).Select(_ => new LaneItem(random.NextInt64(1L << 50), random.NextInt64(1L << 45), random.Next())).ToArray();
        return new SavedLane(
            random.Next(2) == 0, random.Next(2) == 0, attempts, first, attempts == 0 ? 0 : random.NextInt64(1L << 45), random.NextInt64(1L << 50), items);
    }

    private static void AssertSame(SavedLane expected, SavedLane actual)
    {
        Assert.Equal(expected.Items, actual.Items);
        Assert.Equal(expected, actual with { Items = expected.Items });
    }
}
