using System.Buffers.Binary;
using Herald.Engine.Events;
using Herald.Engine.Sending;
using Herald.Engine.Tests.Publishing;
using Xunit;

namespace Herald.Engine.Tests.Sending;

public sealed class MessageIdsTests
{
    private readonly Publisher _publisher = new();

    [Fact]
    public void An_id_depends_on_nothing_but_subscription_topic_key_and_id()
    {
        var sample = new SampleEvent { Id = "i", Key = "k" };
        var id = Of("s", sample);
        Assert.Equal(id, Of("s", sample with { Type = "t", Payload = [1], TimeMs = 5, Attributes = [("a", "b")] }));
        _publisher.Clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal(id, Of("s", sample));
        Assert.NotEqual(id, Of("r", sample));
        Assert.NotEqual(id, Of("s", sample with { Id = "j" }));
        Assert.NotEqual(id, Of("s", sample with { Key = "l" }));
        Assert.NotEqual(id, Of("s", sample with { Key = null }));
    }

    [Fact]
    public void Receivers_remember_it_so_it_never_changes()
    {
        Assert.Equal("msg_eJT8_Rh_CpYXSeME5Dz0I6HN", Of("s", new SampleEvent { Id = "i", Key = "k" }));
    }

    [Fact]
    public void Moving_a_boundary_between_parts_gives_another_id()
    {
        Assert.Equal(4, new[]
        {
            Of("s", new SampleEvent { Id = "bc", Key = "a" }), Of("s", new SampleEvent { Id = "c", Key = "ab" }),
            Of("s", new SampleEvent { Id = "abc" }), Of("sorders", new SampleEvent { Id = "abc" }),
        }.Distinct().Count());
    }

    [Fact]
    public void It_is_short_and_made_of_plain_characters_whatever_the_parts()
    {
        var random = new Random(1);
        for (var i = 0; i < 500; i++)
            Assert.Matches("^msg_[A-Za-z0-9_-]{24}$", Of("s", SampleEvent.Drawn(random)));
        Assert.Matches(
            "^msg_[A-Za-z0-9_-]{24}$", Of(new string('s', 255), new SampleEvent { Id = new string('i', 255), Key = new string('k', 1024) }));
    }

    [Fact]
    public void What_publishers_have_not_named_is_in_a_space_that_they_cannot_write_to()
    {
        using var batch = _publisher.Rent();
        Assert.Null(batch.Add(new EventDraft { Payload = "{}"u8 }));
        var given = batch[0];
        Assert.Equal(Of(given, 7), Of(given, 8));
        Assert.NotEqual(Of("s", new SampleEvent { Id = given.IdText }), Of(given, 7));
    }

    [Fact]
    public void What_Herald_has_made_is_named_by_its_place_too_and_keeps_that_name_over_redrives()
    {
        using var batch = _publisher.Rent();
        Assert.Null(batch.Add(new EventDraft { Id = "i"u8, HasId = true, IsEmitted = true, Key = "k"u8, HasKey = true, Payload = "{}"u8 }));
        var made = batch[0];
        Assert.Equal(EventFlags.Emitted | EventFlags.Keyed, made.Flags);
        Assert.NotEqual(Of("s", new SampleEvent { Id = "i", Key = "k" }), Of(made, 7));
        Assert.NotEqual(Of(made, 8), Of(made, 7));
        Assert.NotEqual(new MessageIds(2).Of("s", made, 7), Of(made, 7));
        var redriven = made.Record.ToArray();
        BinaryPrimitives.WriteInt64LittleEndian(redriven.AsSpan(36), 7);
        Assert.Equal(Of(made, 7), Of(new EventView(redriven), 99));
    }

    private static string Of(EventView view, long sequence) => new MessageIds(1).Of("s", view, sequence);

    private string Of(string subscription, SampleEvent sample) => new MessageIds(1).Of(subscription, _publisher.Encode(sample).View, 7);
}
