using System.Text;
using Herald.Engine.Events;
using Herald.Engine.Tests.Publishing;
using Xunit;

namespace Herald.Engine.Tests.Events;

public sealed class EventViewTests
{
    private readonly Publisher _publisher = new();

    [Fact]
    public void Every_field_is_read_as_it_was_published()
    {
        var random = new Random(1);
        for (var i = 0; i < 500; i++)
        {
            var sample = SampleEvent.Drawn(random);
            using var batch = _publisher.Rent();
            Assert.Null(sample.AddTo(batch));
            AssertSame(sample, batch[0]);
        }
    }

    [Fact]
    public void Events_of_one_batch_keep_apart_however_the_buffer_grows()
    {
        var random = new Random(2);
        var samples = Enumerable.Range(0, 100).Select(_ => SampleEvent.Drawn(random)).ToList();
        using var batch = _publisher.Rent();
        foreach (var sample in samples)
            Assert.Null(sample.AddTo(batch));
        batch.Seal();
        for (var i = 0; i < samples.Count; i++)
        {
            AssertSame(samples[i], batch[i]);
            AssertSame(samples[i], new EventView(batch.Events.Span[i].Record));
        }
    }

    [Fact]
    public void All_fields_at_their_longest_fit()
    {
        var attributes = new List<(string, string)>();
        for (var i = 0; i < 50; i++)
            attributes.Add(($"n{i:00}", new string('v', i < 49 ? 79 : 4096 - (49 * 82) - 3)));
        var sample = new SampleEvent
        {
            Id = new string('i', 255),
            Key = new string('k', 1024),
            Type = new string('t', 255),
            ContentType = "x/" + new string('c', 253),
            Trace = new string('r', 255),
            Payload = new byte[1 << 20],
            Attributes = attributes,
        };
        AssertSame(sample, _publisher.Encode(sample).View);
    }

    [Fact]
    public void Content_is_type_content_type_attributes_and_payload_and_nothing_else()
    {
        var sample = new SampleEvent { Id = "i", Key = "k", Type = "t", Payload = [1, 2], Attributes = [("a", "1"), ("b", "2")] };
        var view = View(sample);
        foreach (var same in new[]
        {
            sample, sample with { Id = "j" }, sample with { Key = null }, sample with { TimeMs = 5 }, sample with { Trace = "00-1" },
            sample with { ContentType = "application/json" }, sample with { Attributes = [("b", "2"), ("a", "1")] },
        })
            Assert.True(view.SameContent(View(same)), $"{same}");
        foreach (var other in new[]
        {
            sample with { Type = "u" }, sample with { Type = "" }, sample with { ContentType = "text/plain" }, sample with { Payload = [1, 3] },
            sample with { Payload = [1] }, sample with { Attributes = [("a", "1")] }, sample with { Attributes = [("a", "2"), ("b", "2")] },
            sample with { Attributes = [("a", ""), ("b", "2")] }, sample with { Attributes = [("a1", ""), ("b", "2")] },
        })
            Assert.False(view.SameContent(View(other)), $"{other}");
    }

    [Fact]
    public void Identity_is_topic_key_and_id()
    {
        var sample = new SampleEvent { Id = "i", Key = "k" };
        Assert.True(View(sample).SameIdentity(View(sample with { Type = "t", Payload = [1] })));
        Assert.False(View(sample).SameIdentity(View(sample with { Id = "j" })));
        Assert.False(View(sample).SameIdentity(View(sample with { Key = "l" })));
        Assert.False(View(sample).SameIdentity(View(sample with { Key = null })));
        Assert.False(View(new SampleEvent { Id = "ab", Key = "c" }).SameIdentity(View(new SampleEvent { Id = "a", Key = "bc" })));
    }

    [Fact]
    public void A_record_cut_short_or_drawn_out_is_not_well_formed()
    {
        var record = View(SampleEvent.Drawn(new Random(3)) with { Payload = [1, 2, 3] }).Record.ToArray();
        Assert.True(new EventView(record).IsWellFormed());
        for (var length = 0; length < record.Length; length++)
            Assert.False(new EventView(record.AsMemory(0, length)).IsWellFormed());
        Assert.False(new EventView((byte[])[.. record, 0]).IsWellFormed());
    }

    [Fact]
    public void Another_format_is_not_well_formed()
    {
        var record = View(new SampleEvent()).Record.ToArray();
        record[0]++;
        Assert.False(new EventView(record).IsWellFormed());
    }

    [Fact]
    public void Whatever_is_well_formed_can_be_read_whatever_its_bytes()
    {
        var random = new Random(4);
        var stillWellFormed = 0;
        for (var i = 0; i < 4_000; i++)
        {
            var record = View(SampleEvent.Drawn(random) with { Payload = new byte[random.Next(30)] }).Record.ToArray();
            for (var flips = 1 + random.Next(3); flips > 0; flips--)
                record[random.Next(2) == 0 ? random.Next(EventView.PrefixLength) : random.Next(record.Length)] ^= (byte)(1 << random.Next(8));
            var view = new EventView(record);
            if (!view.IsWellFormed())
                continue;
            stillWellFormed++;
            _ = (view.TopicText, view.IdText, view.KeyText, view.TypeText, view.ContentTypeText, view.KeyId, view.StoredPayload.Length, view.Trace.Length, view.Address.Length);
            var bytes = 0;
            foreach (var (name, value) in view)
                bytes += name.Length + value.Length;
            Assert.InRange(bytes, 0, record.Length);
        }
        Assert.InRange(stillWellFormed, 400, 3_600);
    }

    private EventView View(SampleEvent sample) => _publisher.Encode(sample).View;

    private void AssertSame(SampleEvent sample, EventView view)
    {
        Assert.True(view.IsWellFormed());
        Assert.Equal("orders", view.TopicText);
        Assert.Equal(sample.Id is not null, (view.Flags & EventFlags.Identified) != 0);
        if (sample.Id is not null)
            Assert.Equal(sample.Id, view.IdText);
        Assert.Equal(sample.Key, view.KeyText);
        Assert.Equal(sample.Type.Length == 0 ? null : sample.Type, view.TypeText);
        Assert.Equal(sample.ContentType.Length == 0 ? "application/json" : sample.ContentType, view.ContentTypeText);
        Assert.Equal(sample.Trace, Encoding.UTF8.GetString(view.Trace));
        Assert.Equal(sample.Payload, view.Payload.ToArray());
        Assert.Equal(sample.TimeMs ?? _publisher.NowMs, view.TimeMs);
        Assert.Equal(_publisher.NowMs, view.AcceptedAtMs);
        Assert.Equal(0, view.OriginalSequence);
        Assert.True(view.Address.IsEmpty);
        Assert.Equal(sample.Attributes.Count, view.AttributeCount);
        Assert.Equal(sample.Attributes.ToDictionary(a => a.Name, a => a.Value), view.AttributesText());
        var names = new List<byte[]>();
        foreach (var (name, _) in view)
            names.Add(name.ToArray());
        for (var i = 1; i < names.Count; i++)
            Assert.True(names[i - 1].AsSpan().SequenceCompareTo(names[i]) < 0);
    }
}
