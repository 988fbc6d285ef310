using Herald.Engine.Events;
using Herald.Engine.Tests.Publishing;
using Xunit;

namespace Herald.Engine.Tests.Events;

/// <summary>A record names the key of its payload. No key is known yet, so nothing takes such a payload for a plain one.</summary>
public sealed class KeyIdTests
{
    private static readonly SampleEvent Sample = new() { Id = "i", Key = "k", Type = "t", Payload = [1, 2, 3], Attributes = [("a", "1")] };

    private readonly Publisher _publisher = new();

    [Fact]
    public void What_is_published_is_plain()
    {
        var view = View();
        Assert.Equal(0, view.KeyId);
        Assert.Equal(Sample.Payload, view.Payload.ToArray());
        Assert.Equal(1, view.Record.Span[0]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(int.MaxValue)]
    public void A_payload_with_a_key_cannot_be_read_as_a_plain_one(int key)
    {
        var view = new EventView(EncryptedRecord.Of(View().Record.Span, key));
        Assert.True(view.IsWellFormed());
        Assert.Equal(key, view.KeyId);
        var refused = Assert.Throws<UnknownKeyException>(() => view.Payload);
        Assert.Equal(key, refused.KeyId);
        Assert.Equal($"The payload is encrypted with key {key}, which this node does not know.", refused.Message);
        Assert.Equal(Sample.Payload, view.StoredPayload.ToArray());
    }

    [Fact]
    public void Everything_else_is_read_as_usual()
    {
        var (plain, view) = (View(), new EventView(EncryptedRecord.Of(View().Record.Span, 7)));
        Assert.Equal(
            (plain.TopicText, plain.IdText, plain.KeyText, plain.TypeText, plain.ContentTypeText), (view.TopicText, view.IdText, view.KeyText, view.TypeText, view.ContentTypeText));
        Assert.Equal(plain.AttributesText(), view.AttributesText());
        Assert.True(view.SameIdentity(plain));
        var head = EventView.HeadOf(view.Record.Span);
        Assert.Equal(("k", "t"), (head.KeyText, head.TypeText));
        Assert.Equal(plain.AttributesText(), head.AttributesText());
        Assert.Equal(view.Record.Length - Sample.Payload.Length - 4, head.Record.Length);
    }

    [Fact]
    public void The_key_is_part_of_the_content()
    {
        var (plain, seven) = (View(), new EventView(EncryptedRecord.Of(View().Record.Span, 7)));
        Assert.True(seven.SameContent(new EventView(EncryptedRecord.Of(View().Record.Span, 7))));
        Assert.False(seven.SameContent(new EventView(EncryptedRecord.Of(View().Record.Span, 8))));
        Assert.False(seven.SameContent(plain));
        Assert.False(plain.SameContent(seven));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void No_other_number_is_a_key(int key) => Assert.False(new EventView(EncryptedRecord.Of(View().Record.Span, key)).IsWellFormed());

    [Fact]
    public void A_record_cut_short_or_drawn_out_is_not_well_formed()
    {
        var record = EncryptedRecord.Of(View().Record.Span, 7);
        for (var length = 0; length < record.Length; length++)
            Assert.False(new EventView(record.AsMemory(0, length)).IsWellFormed());
        Assert.False(new EventView((byte[])[.. record, 0]).IsWellFormed());
    }

    [Fact]
    public void The_encoder_writes_what_the_view_reads()
    {
        var draft = new EventDraft { Id = "i"u8, HasId = true, ContentType = "x/y"u8, Payload = [1, 2, 3], KeyId = 7 };
        var record = new byte[EventEncoder.LengthOf(draft, 1, default, 0)];
        EventEncoder.Write(draft, "t"u8, default, 0, default, 5, 0, record);
        var view = new EventView(record);
        Assert.True(view.IsWellFormed());
        Assert.Equal(7, view.KeyId);
        Assert.Equal([1, 2, 3], view.StoredPayload.ToArray());
    }

    private EventView View() => _publisher.Encode(Sample).View;
}
