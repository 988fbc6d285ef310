using System.Text;
using Herald.Nats.Messages;
using NATS.Client.Core;

namespace Herald.Nats.Tests.Messages;

public sealed class HeaderTests
{
    [Fact]
    public void Headers_are_read_by_name_and_in_order()
    {
        var headers = new MessageHeaders("NATS/1.0\r\nid: ä1\r\nempty: \r\nid: second\r\n\r\n"u8.ToArray());

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
        var headers = new NatsHeaders();
        Assert.False(headers.TryAdd(name, Encoding.UTF8.GetBytes(value)));
        Assert.Empty(headers);
    }

    [Fact]
    public void Bytes_of_any_encoding_are_written_as_they_are()
    {
        byte[] value = [.. Enumerable.Range(1, 255).Select(i => (byte)i).Where(b => b is not ((byte)'\r' or (byte)'\n'))];
        var headers = new NatsHeaders();
        Assert.True(headers.TryAdd("any", value));
        Assert.Equal(value, HeaderText.Encoding.GetBytes(headers["any"].ToString()));
    }

    [Fact]
    public void The_bytes_of_a_message_are_those_that_a_server_counts()
    {
        var headers = new NatsHeaders { ["id"] = "1", ["key"] = "customer" };
        Assert.Equal("NATS/1.0\r\nid: 1\r\nkey: customer\r\n\r\n".Length + 5, new OutgoingMessage("a", new byte[5]) { Headers = headers }.Bytes);
        Assert.Equal(5, new OutgoingMessage("a", new byte[5]).Bytes);
    }

    private static List<string> All(MessageHeaders headers)
    {
        var all = new List<string>();
        foreach (var header in headers)
            all.Add($"{Encoding.UTF8.GetString(header.Name)}={Encoding.UTF8.GetString(header.Value)}");
        return all;
    }
}
