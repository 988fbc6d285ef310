using System.Text;
using Herald.Engine.Basics;
using Herald.Engine.Events;
using Herald.Engine.Publishing;
using Herald.Engine.Stores;
using Herald.TestKit.Hashes;
using Xunit;

namespace Herald.Engine.Tests.Publishing;

public sealed class PublishBatchTests
{
    private const string Euro = "€"; // three bytes: limits count bytes, not characters
    private readonly Publisher _publisher = new(new IntakeOptions { MaxPayloadBytes = 1000 });

    public static TheoryData<string, bool, string> Limits => new()
    {
        { "id", true, "i" },
        { "id", true, new string('i', 255) },
        { "id", true, Times(Euro, 85) },
        { "id", true, "a b/c?é" },
        { "id", false, "" },
        { "id", false, new string('i', 256) },
        { "id", false, Times(Euro, 85) + "i" },
        { "id", false, "a\nb" },
        { "id", false, "a\u007fb" },
        { "key", true, "k" },
        { "key", true, "a\0b" },
        { "key", true, new string('k', 1024) },
        { "key", false, "" },
        { "key", false, new string('k', 1025) },
        { "type", true, "" },
        { "type", true, new string('t', 255) },
        { "type", false, new string('t', 256) },
        { "type", false, "a\tb" },
        { "contentType", true, "" },
        { "contentType", true, "a/b" },
        { "contentType", true, "x/" + new string('c', 253) },
        { "contentType", false, "x/" + new string('c', 254) },
        { "contentType", false, "json" },
        { "contentType", false, "/json" },
        { "contentType", false, "a/b\r\nX: y" },
        { "traceparent", true, "" },
        { "traceparent", true, new string('r', 255) },
        { "traceparent", false, new string('r', 256) },
        { "traceparent", false, "00\n" },
        { "payload", true, "" },
        { "payload", true, new string('p', 1000) },
        { "payload", false, new string('p', 1001) },
    };

    [Theory]
    [MemberData(nameof(Limits))]
    public void Every_field_keeps_its_rule(string field, bool allowed, string value)
    {
        using var batch = _publisher.Rent();
        var problem = With(field, Encoding.UTF8.GetBytes(value), batch);
        Assert.Equal(allowed ? 1 : 0, batch.Count);
        if (allowed)
        {
            Assert.Null(problem);
            return;
        }
        Assert.Equal($"/{field}", problem!.Pointer);
        Assert.NotEmpty(problem.Rule);
        Assert.InRange(problem.Value.Length, 0, 81);
    }

    [Theory]
    [InlineData("id")]
    [InlineData("key")]
    [InlineData("type")]
    public void What_receivers_see_as_text_is_UTF8(string field)
    {
        using var batch = _publisher.Rent();
        Assert.Equal($"/{field}", With(field, [(byte)'a', 0xFF], batch)?.Pointer);
    }

    [Theory]
    [InlineData("0001-01-02T00:00:00.000Z", -62135510400000, true)]
    [InlineData("9999-12-30T23:59:59.999Z", 253402214399999, true)]
    [InlineData("a millisecond too early", -62135510400001, false)]
    [InlineData("a millisecond too late", 253402214400000, false)]
    [InlineData("nanoseconds taken for milliseconds", 1769860800000000000, false)]
    [InlineData("the least", long.MinValue, false)]
    [InlineData("the most", long.MaxValue, false)]
    public void A_time_that_not_every_reader_could_show_is_refused(string what, long timeMs, bool allowed)
    {
        using var batch = _publisher.Rent();
        var problem = batch.Add(new EventDraft { Payload = "1"u8, TimeMs = timeMs });
        Assert.True(allowed == (batch.Count == 1), what);
        if (allowed)
            return;
        Assert.Equal("/time", problem!.Pointer);
        Assert.Contains($"{timeMs}", problem.Value, StringComparison.Ordinal);
        Assert.Contains("9999-12-30", problem.Rule, StringComparison.Ordinal);
    }

    [Fact]
    public void A_refused_event_leaves_the_batch_as_it_was()
    {
        using var batch = _publisher.Rent();
        Assert.Null(new SampleEvent { Id = "one" }.AddTo(batch));
        Assert.NotNull(new SampleEvent { Id = "" }.AddTo(batch));
        Assert.Null(new SampleEvent { Id = "two" }.AddTo(batch));
        Assert.Equal(2, batch.Count);
        Assert.Equal("one", batch[0].IdText);
        Assert.Equal("two", batch[1].IdText);
    }

    [Fact]
    public void An_id_that_is_given_is_a_UUID_of_version_7_at_the_time_of_acceptance()
    {
        var seen = new HashSet<string>();
        for (var i = 0; i < 100; i++)
        {
            var (view, index) = _publisher.Encode(new SampleEvent());
            var id = Guid.Parse(view.IdText);
            Assert.Equal(7, id.Version);
            Assert.Equal(_publisher.NowMs, Convert.ToInt64(view.IdText.Replace("-", "", StringComparison.Ordinal)[..12], 16));
            Assert.Equal(EventFlags.None, index.Flags);
            Assert.True(seen.Add(view.IdText));
        }
    }

    [Fact]
    public void The_index_says_what_the_record_says()
    {
        var (view, index) = _publisher.Encode(new SampleEvent { Id = "i", Key = "k", Type = "t" });
        Assert.Equal(EventFlags.Keyed | EventFlags.Identified, index.Flags);
        Assert.Equal(view.AcceptedAtMs, index.AcceptedAtMs);
        Assert.Equal(view.Record.Length, index.Size);
        Assert.Equal(7, index.Topic);
    }

    [Fact]
    public void Events_of_one_key_share_a_lane_and_a_shard_and_those_without_a_key_do_not()
    {
        using var batch = _publisher.Rent();
        for (var i = 0; i < 50; i++)
            Assert.Null(new SampleEvent { Id = $"{i}", Key = "k", Type = $"t{i}" }.AddTo(batch));
        for (var i = 0; i < 50; i++)
            Assert.Null(new SampleEvent { Id = $"{i}" }.AddTo(batch));
        batch.Seal();
        var events = batch.Events.ToArray();
        Assert.Single(events[..50].Select(e => (e.Index.KeyHash, e.Shard)).Distinct());
        Assert.Equal(51, events.Select(e => e.Index.KeyHash).Distinct().Count());
        Assert.All(events[..50], e => Assert.Equal(_publisher.Intake.ShardOf(_publisher.Topic, "k"u8), e.Shard));
        Assert.Equal(4, events.Select(e => e.Shard).Distinct().Count());
    }

    [Fact]
    public void A_key_and_an_id_of_the_same_text_are_different_lanes()
    {
        Assert.NotEqual(_publisher.Encode(new SampleEvent { Id = "x", Key = "same" }).Index.KeyHash, _publisher.Encode(new SampleEvent { Id = "same" }).Index.KeyHash);
    }

    [Fact]
    public void Attributes_route_alike_in_whatever_order_they_are_given()
    {
        var random = new Random(5);
        for (var i = 0; i < 100; i++)
        {
            var sample = SampleEvent.Drawn(random) with { Payload = [] };
            var shuffled = sample.Attributes.ToArray();
            random.Shuffle(shuffled);
            Assert.Equal(
                _publisher.Encode(sample).Index.RouteHash, _publisher.Encode(sample with { Id = "other", Key = null, Attributes = shuffled }).Index.RouteHash);
        }
    }

    [Fact]
    public void Another_type_or_attribute_routes_by_itself()
    {
        var samples = new SampleEvent[]
        {
            new(), new() { Type = "a" }, new() { Type = "b" }, new() { Attributes = [("a", "")] }, new() { Attributes = [("a", "b")] }, new() { Attributes = [("ab", "")] },
            new() { Attributes = [("a", "b"), ("c", "d")] }, new() { Attributes = [("a", "d"), ("c", "b")] }, new() { Type = "a", Attributes = [("a", "b")] },
        };
        Assert.Equal(samples.Length, samples.Select(s => _publisher.Encode(s).Index.RouteHash).Distinct().Count());
        Assert.Equal(UInt128.Zero, _publisher.Encode(new SampleEvent()).Index.RouteHash);
    }

    [Fact]
    public void Nobody_can_make_an_event_that_the_index_takes_for_another()
    {
        for (var number = 1; number <= 20; number++)
        {
            var (one, other) = ForgedPair.Of(number);
            Assert.NotEqual(
                _publisher.Encode(new SampleEvent { Attributes = [("from", one)] }).Index.RouteHash, _publisher.Encode(new SampleEvent { Attributes = [("from", other)] }).Index.RouteHash);
            Assert.NotEqual(_publisher.Encode(new SampleEvent { Type = one }).Index.RouteHash, _publisher.Encode(new SampleEvent { Type = other }).Index.RouteHash);
            IndexEntry ofOne = _publisher.Encode(new SampleEvent { Id = one, Key = "k" }).Index, ofOther = _publisher.Encode(new SampleEvent { Id = other, Key = "k" }).Index;
            Assert.NotEqual((ofOne.IdHash, ofOne.DuplicateHash), (ofOther.IdHash, ofOther.DuplicateHash));
            Assert.NotEqual(
                _publisher.Encode(new SampleEvent { Id = "i", Key = one }).Index.DuplicateHash, _publisher.Encode(new SampleEvent { Id = "i", Key = other }).Index.DuplicateHash);
            Assert.NotEqual(_publisher.Encode(new SampleEvent { Id = one }).Index.DuplicateHash, _publisher.Encode(new SampleEvent { Id = other }).Index.DuplicateHash);
        }
    }

    [Fact]
    public async Task A_batch_that_is_rented_again_starts_empty()
    {
        var batch = _publisher.Rent();
        Assert.Null(new SampleEvent { Id = "one" }.AddTo(batch));
        await _publisher.Intake.PublishAsync(batch);
        Assert.Equal(new Appended(Verdict.Accepted, 1), batch.Results[0]);
        batch.Dispose();
        using var again = _publisher.Rent();
        Assert.Equal(0, again.Count);
        Assert.Equal(0, again.Results.Length);
        await _publisher.Intake.PublishAsync(again);
        Assert.Single(_publisher.Log.Appended);
    }

    private static FieldProblem? With(string field, byte[] value, PublishBatch batch)
    {
        var draft = new EventDraft { HasId = field == "id", HasKey = field == "key" };
        switch (field)
        {
            case "id": draft.Id = value; break;
            case "key": draft.Key = value; break;
            case "type": draft.Type = value; break;
            case "contentType": draft.ContentType = value; break;
            case "traceparent": draft.Trace = value; break;
            default: draft.Payload = value; break;
        }
        return batch.Add(draft);
    }

    private static string Times(string text, int count) => string.Concat(Enumerable.Repeat(text, count));
}
