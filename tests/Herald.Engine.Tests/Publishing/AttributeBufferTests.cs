using System.Text;
using Herald.Engine.Basics;
using Herald.Engine.Events;
using Xunit;

namespace Herald.Engine.Tests.Publishing;

public sealed class AttributeBufferTests
{
    private readonly AttributeBuffer _buffer = new();

    [Fact]
    public void A_name_has_1_to_255_bytes()
    {
        Assert.NotNull(Add("", "v"));
        Assert.Null(Add("n", "v"));
        Assert.Null(Add(new string('n', 255), "v"));
        Assert.NotNull(Add(new string('n', 256), "v"));
        Assert.Equal(2, _buffer.Count);
    }

    [Fact]
    public void Fifty_fit_and_no_more()
    {
        for (var i = 0; i < 50; i++)
            Assert.Null(Add($"n{i}", ""));
        Assert.Contains("at most 50 attributes", Add("n50", "")!.Rule, StringComparison.Ordinal);
        Assert.Equal(50, _buffer.Count);
    }

    [Theory]
    [InlineData(4095, true)]
    [InlineData(4096, true)]
    [InlineData(4097, false)]
    public void Names_and_values_have_4096_bytes_together(int bytes, bool allowed)
    {
        Assert.Null(Add("one", new string('v', 997)));
        Assert.Null(Add("two", new string('v', 997)));
        Assert.Equal(allowed, Add("three", new string('v', bytes - 2000 - 5)) is null);
    }

    [Fact]
    public void One_value_may_take_all_the_room()
    {
        Assert.Null(Add("n", new string('v', 4095)));
        Assert.NotNull(Add("m", ""));
        _buffer.Clear();
        Assert.NotNull(Add("n", new string('v', 4096)));
    }

    [Fact]
    public void A_name_is_given_once()
    {
        Assert.Null(Add("n", "1"));
        var problem = Add("n", "2")!;
        Assert.Equal(("/attributes", "n"), (problem.Pointer, problem.Value));
        Assert.Null(Add("N", "2"));
    }

    [Fact]
    public void Names_and_values_are_UTF8()
    {
        Assert.NotNull(_buffer.Add([0xFF], "v"u8));
        Assert.NotNull(_buffer.Add("n"u8, [0xC3]));
        Assert.Equal(0, _buffer.Count);
    }

    [Fact]
    public void Cleared_it_has_all_its_room_again()
    {
        for (var round = 0; round < 3; round++)
        {
            Assert.Null(Add("n", new string('v', 4095)));
            _buffer.Clear();
            Assert.Equal(0, _buffer.Count);
            Assert.True(_buffer.Encoded().IsEmpty);
        }
    }

    [Fact]
    public void Taking_over_from_an_event_gives_the_same_encoding()
    {
        var sample = new SampleEvent { Attributes = [("zebra", "1"), ("ape", "2"), ("mouse", "")] };
        var view = new Publisher().Encode(sample).View;
        Assert.Null(Add("gone", "gone"));
        _buffer.CopyFrom(view);
        Assert.Equal(view.AttributesEncoded, _buffer.Encoded());
    }

    private FieldProblem? Add(string name, string value) => _buffer.Add(Encoding.UTF8.GetBytes(name), Encoding.UTF8.GetBytes(value));
}
