using System.Text;
using Herald.Nats.Wire;

namespace Herald.Nats.Tests.Wire;

public sealed class HeaderTests
{
    [Fact]
    public void What_is_written_is_read()
    {
        var headers = new MessageHeaders(new HeaderBlock().Add("id"u8, "ä1"u8).Add("empty"u8, ""u8).Add("id"u8, "second"u8).End());

        Assert.Equal(0, headers.Status);
        Assert.True(headers.TryFind("id"u8, out var id));
        Assert.Equal("ä1", Encoding.UTF8.GetString(id));
        Assert.True(headers.TryFind("empty"u8, out var empty));
        Assert.True(empty.IsEmpty);
        Assert.False(headers.TryFind("Id"u8, out _));
        Assert.Equal(["id=ä1", "empty=", "id=second"], All(headers));
    }

    [Theory]
    [InlineData("NATS/1.0 503\r\n\r\n", 503, "")]
    [InlineData("NATS/1.0 100 Idle Heartbeat\r\nNats-Last-Consumer: 1\r\n\r\n", 100, "Idle Heartbeat")]
    [InlineData("NATS/1.0\r\na: b\r\n\r\n", 0, "")]
    [InlineData("", 0, "")]
    [InlineData("nonsense", 0, "")]
    public void The_status_of_a_servers_own_words_is_read(string block, int status, string text)
    {
        var headers = new MessageHeaders(Encoding.UTF8.GetBytes(block));
        Assert.Equal((status, text), (headers.Status, headers.StatusText));
    }

    [Fact]
    public void A_line_that_is_no_header_does_not_cost_the_others() =>
        Assert.Equal(["a=1", "b="], All(new MessageHeaders("NATS/1.0\r\nnonsense\r\na:1\r\n: x\r\nb:\r\n"u8.ToArray())));

    [Theory]
    [InlineData("", "x")]
    [InlineData("a b", "x")]
    [InlineData("a:b", "x")]
    [InlineData("ä", "x")]
    [InlineData("a", "x\r\ny: z")]
    [InlineData("a", "x\n")]
    public void What_cannot_be_a_header_is_not_written(string name, string value)
    {
        var block = new HeaderBlock();
        Assert.False(block.TryAdd(Encoding.UTF8.GetBytes(name), Encoding.UTF8.GetBytes(value)));
        Assert.Equal("NATS/1.0\r\n\r\n", Encoding.UTF8.GetString(block.End().Span));
    }

    private static List<string> All(MessageHeaders headers)
    {
        var all = new List<string>();
        foreach (var header in headers)
            all.Add($"{Encoding.UTF8.GetString(header.Name)}={Encoding.UTF8.GetString(header.Value)}");
        return all;
    }
}
