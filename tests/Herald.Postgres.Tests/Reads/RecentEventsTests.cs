using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Postgres.Reads;
using Xunit;

namespace Herald.Postgres.Tests.Reads;

public sealed class RecentEventsTests
{
    // The minimum of 16 entries.
    private const int Bytes = 1024, Entries = 16;
    private const string Nothing = "nothing";
    private readonly RecentEvents _recent = new(Bytes);

    [Fact]
    public void What_another_node_has_appended_takes_its_place_before_what_was_here_first()
    {
        Add(1, 2, 4);
        Assert.Equal("1 2, catalog 102", Read(1));
        Assert.Equal(Nothing, Read(3));
        Assert.Equal("4, catalog 104", Read(4));
        Add(3);
        Assert.Equal("1 2 3 4, catalog 104", Read(1));
        Assert.All([1, 2, 3, 4], sequence => Assert.Equal(sequence, RecordOf(sequence)));
    }

    [Fact]
    public void What_is_older_than_all_that_is_kept_is_no_longer_known_and_does_not_come_back()
    {
        Add(1, 2);
        for (var sequence = 10; sequence < 10 + Entries; sequence++)
            Add(sequence);
        Add(3, 9);
        Assert.All([1, 2, 3, 9], sequence => Assert.Equal(Nothing, Read(sequence)));
        Assert.Equal($"{string.Join(' ', Enumerable.Range(10, Entries))}, catalog 125", Read(10));
    }

    [Fact]
    public void What_is_known_already_is_not_changed()
    {
        Add(1);
        _recent.Add(Entry(1), 999, [99]);
        Assert.Equal("1, catalog 101", Read(1));
        Assert.Equal(1, RecordOf(1));
    }

    private void Add(params long[] sequences)
    {
        foreach (var sequence in sequences)
            _recent.Add(Entry(sequence), 100 + sequence, [(byte)sequence]);
    }

    private string Read(long from)
    {
        var into = new IndexEntry[2 * Entries];
        var read = _recent.Read(from, into);
        return read.Count == 0 ? Nothing : $"{string.Join(' ', into.Take(read.Count).Select(entry => entry.Sequence))}, catalog {read.CatalogVersion}";
    }

    private int RecordOf(long sequence)
    {
        var sink = new Sink();
        Assert.True(_recent.HasRecord(sequence));
        Assert.True(_recent.TryRead(sequence, sink));
        return sink.Record;
    }

    private static IndexEntry Entry(long sequence) => new(sequence, 0, 0, 0, UInt128.Zero, 1, 1, EventFlags.None);

    private sealed class Sink : IEventSink
    {
        public int Record { get; private set; }

        public void OnEvent(long sequence, ReadOnlySpan<byte> record) => Record = record[0];

        public void OnDamaged(long sequence, string problem) => Assert.Fail(problem);
    }
}
