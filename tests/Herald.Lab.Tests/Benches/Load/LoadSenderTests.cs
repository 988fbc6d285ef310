using System.Text;
using Herald.Lab.Benches.Load;
using Herald.Lab.Benches.Parts;
using Xunit;

namespace Herald.Lab.Tests.Benches.Load;

public sealed class LoadSenderTests
{
    [Fact]
    public async Task Every_answer_is_counted_also_long_ones()
    {
        var (server, address) = await BareServer.StartAsync(new RawKestrel(answerBytes: 100_000), TestContext.Current.CancellationToken);
        using (server)
        {
            var order = new LoadOrder(new Uri(address), TimeSpan.FromMilliseconds(50), Connections: 3, Batch: 2, Run: 1);
            var result = await LoadSender.RunAsync(LoadOrder.Parse(order.ToLine()), TimeProvider.System);
            Assert.True(result is { Requests: >= 3, Refused: 0, Broken: 0 } && result.Duration >= order.Length, result.ToString());
        }
    }

    [Fact]
    public async Task A_server_that_is_not_there_breaks_every_connection()
    {
        var order = new LoadOrder(new Uri("http://127.0.0.1:1"), TimeSpan.FromSeconds(1), Connections: 3, Batch: 1, Run: 1);
        Assert.Equal((0, 3), await LoadSender.RunAsync(order, TimeProvider.System) is var result ? (result.Requests, result.Broken) : default);
    }

    [Fact]
    public void An_answers_head_tells_where_the_answer_ends()
    {
        var bytes = Encoding.ASCII.GetBytes("HTTP/1.1 202 Accepted\r\nContent-Length: 17\r\nContent-Type: application/json\r\n\r\n{");
        Assert.False(AnswerHead.TryParse(bytes.AsSpan(0, 40), out _));
        Assert.True(AnswerHead.TryParse(bytes, out var head));
        Assert.Equal(new AnswerHead(202, bytes.Length - 1, 17), head);
    }

    [Fact]
    public void An_answer_whose_end_cannot_be_known_is_none() => Assert.Throws<IOException>(
        () => AnswerHead.TryParse("HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\n\r\n"u8, out _));
}
