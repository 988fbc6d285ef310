using Herald.Engine.Shards;
using Xunit;

namespace Herald.Engine.Tests.Shards;

public sealed class ProgressRecordTests
{
    private readonly RecordWriter _writer = new();

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

        // What tells everything tells of these, too.
        saved.Apply(Record(false, 20, []));
        Assert.Equal(0, saved.Settled.Count);
    }

    [Fact]
    public void A_record_of_before_there_were_settled_keys_is_read()
    {
        var record = Record(false, 10, [], (1, 10, [], [(100, Lane(5))]));
        record[0] = 2;
        var saved = new SavedProgress();
        // Its last byte said that there are none.
        saved.Apply(record.AsSpan()[..^1]);
        AssertSame(Lane(5), Assert.Single(saved.States[1].Lanes).Value);
        Assert.Equal((10L, 0), (saved.Routed, saved.Settled.Count));
    }

    [Fact]
    public void A_record_of_a_newer_program_is_refused_by_name()
    {
        var record = Record(false, 1, []);
        record[0] = 9;
        Assert.Contains("format 9", Assert.Throws<InvalidDataException>(() => new SavedProgress().Apply(record)).Message, StringComparison.Ordinal);
    }

    private byte[] Record(bool checkpoint, long routed, int[] removed, params (int Number, long Position, ulong[] Removed, (ulong, SavedLane)[] Lanes)[] states)
    {
        SavedProgress.Begin(_writer, checkpoint, routed, 33, savedAtMs: 0);
        _writer.Number(removed.Length);
        foreach (var number in removed)
            _writer.Number(number);
        _writer.Number(states.Length);
        foreach (var (number, position, removedLanes, lanes) in states)
        {
            _writer.Number(number);
            _writer.Number(4);
            _writer.Byte(1);
            _writer.Number(position);
            _writer.Number(77);
            _writer.Number(removedLanes.Length);
            foreach (var key in removedLanes)
                _writer.Hash(key);
            _writer.Number(lanes.Length);
            foreach (var (key, lane) in lanes)
            {
                _writer.Hash(key);
                lane.Write(_writer);
            }
        }
        new SettledKeys().Write(_writer);
        return _writer.Take();
    }

    private byte[] Settled(params (int Subscription, int Generation, ulong Key, long Through)[] keys)
    {
        var settled = new SettledKeys();
        foreach (var (subscription, generation, key, through) in keys)
            settled.Settle(subscription, generation, key, through);
        SavedProgress.WriteSettled(_writer, settled);
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
