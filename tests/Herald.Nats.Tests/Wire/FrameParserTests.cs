using System.Buffers;
using System.Globalization;
using System.Text;
using Herald.Nats.Wire;

namespace Herald.Nats.Tests.Wire;

public sealed class FrameParserTests
{
    private const int MaxBody = 1 << 20;

    [Theory]
    [InlineData("PING\r\n", "Ping")]
    [InlineData("pong\r\n", "Pong")]
    [InlineData("+OK\r\n", "Ok")]
    [InlineData("-ERR 'Stale Connection'\r\n", "Error 'Stale Connection'")]
    [InlineData("INFO {\"a\": 1}\r\n", "Info {\"a\": 1}")]
    [InlineData("MSG a.b 7 3\r\nabc\r\n", "a.b|7||0|abc")]
    [InlineData("MSG a.b 7 _INBOX.1 0\r\n\r\n", "a.b|7|_INBOX.1|0|")]
    [InlineData("msg\ta.b  7\t5\r\na\r\nbc\r\n", "a.b|7||0|a\r\nbc")]
    [InlineData("HMSG a 1 12 15\r\nNATS/1.0\r\n\r\nabc\r\n", "a|1||12|NATS/1.0\r\n\r\nabc")]
    [InlineData("HMSG a 1 r 12 12\r\nNATS/1.0\r\n\r\n\r\n", "a|1|r|12|NATS/1.0\r\n\r\n")]
    public void What_a_server_says_is_read_however_it_is_cut(string said, string expected)
    {
        var bytes = Encoding.UTF8.GetBytes(said);
        for (var cut = 0; cut <= bytes.Length; cut++)
        {
            var buffer = Pieces.Of(bytes, cut);
            Assert.True(FrameParser.TryRead(ref buffer, MaxBody, out var frame));
            Assert.Equal(expected, Tell(frame));
            Assert.True(buffer.IsEmpty);
        }
    }

    [Theory]
    [InlineData("PONG\r\n")]
    [InlineData("MSG a.b 7 3\r\nabc\r\n")]
    [InlineData("HMSG a 1 r 12 15\r\nNATS/1.0\r\n\r\nabc\r\n")]
    public void What_has_not_come_whole_is_waited_for(string said)
    {
        var bytes = Encoding.UTF8.GetBytes(said);
        for (var length = 0; length < bytes.Length; length++)
        {
            var buffer = new ReadOnlySequence<byte>(bytes, 0, length);
            Assert.False(FrameParser.TryRead(ref buffer, MaxBody, out _));
            Assert.Equal(length, buffer.Length);
        }
    }

    [Theory]
    [InlineData("HTTP/1.1 400 Bad Request\r\n")]
    [InlineData("\r\n")]
    [InlineData("PING\n")]
    [InlineData("MSG\r\n")]
    [InlineData("MSG a 1\r\n")]
    [InlineData("MSG a 1 r 3 4 5\r\n")]
    [InlineData("MSG a x 3\r\nabc\r\n")]
    [InlineData("MSG a 1 -3\r\nabc\r\n")]
    [InlineData("MSG a 1 99999999999999999999\r\n")]
    [InlineData("MSG a 1 1048577\r\n")]
    [InlineData("MSG a 1 3\r\nabcd\r\n")]
    [InlineData("HMSG a 1 3\r\nabc\r\n")]
    [InlineData("HMSG a 1 4 3\r\nabc\r\n")]
    public void What_is_not_NATS_is_refused(string said) => Assert.Throws<ProtocolException>(() =>
    {
        var buffer = new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(said));
        FrameParser.TryRead(ref buffer, MaxBody, out _);
    });

    [Fact]
    public void A_line_without_an_end_is_refused_before_it_fills_the_memory() => Assert.Throws<ProtocolException>(() =>
    {
        var buffer = new ReadOnlySequence<byte>(new byte[FrameParser.MaxLine + 1]);
        FrameParser.TryRead(ref buffer, MaxBody, out _);
    });

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void A_stream_of_frames_is_the_same_in_whatever_pieces_it_comes(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 50; round++)
        {
            var (bytes, expected) = Draw(random, frames: 30);
            var cuts = Enumerable.Range(0, random.Next(20)).Select(_ => random.Next(bytes.Length + 1)).Order().ToList();
            var read = new List<string>();
            var done = 0;
            // As a pipe does it: what is not taken is there again, with more behind it.
            foreach (var end in cuts.Append(bytes.Length))
            {
                var buffer = Pieces.Of(bytes[done..end], cuts.Where(cut => cut > done && cut < end).Select(cut => cut - done));
                while (FrameParser.TryRead(ref buffer, MaxBody, out var frame))
                    read.Add(Tell(frame));
                done = end - (int)buffer.Length;
            }
            Assert.Equal(expected, read);
            Assert.Equal(bytes.Length, done);
        }
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    public void Whatever_comes_is_read_or_refused_and_nothing_else(int seed)
    {
        var random = new Random(seed);
        var refused = 0;
        for (var round = 0; round < 2_000; round++)
        {
            var (bytes, _) = Draw(random, frames: 5);
            for (var harm = random.Next(1, 4); harm > 0; harm--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            var buffer = new ReadOnlySequence<byte>(bytes);
            try
            {
                while (FrameParser.TryRead(ref buffer, MaxBody, out var frame))
                    Assert.NotEmpty(Tell(frame));
            }
            catch (ProtocolException)
            {
                refused++;
            }
        }
        Assert.InRange(refused, 1, 2_000);
    }

    private static (byte[] Bytes, List<string> Frames) Draw(Random random, int frames)
    {
        var (bytes, told) = (new ArrayBufferWriter<byte>(), new List<string>());
        for (var i = 0; i < frames; i++)
        {
            switch (random.Next(4))
            {
                case 0:
                    bytes.Write("PING\r\n"u8);
                    told.Add("Ping");
                    break;
                case 1:
                    bytes.Write("-ERR 'Some Violation'\r\n"u8);
                    told.Add("Error 'Some Violation'");
                    break;
                default:
                    var (headers, body) = (random.Next(2) * random.Next(50), new byte[random.Next(300)]);
                    random.NextBytes(body);
                    headers = Math.Min(headers, body.Length);
                    var reply = random.Next(2) == 0 ? "" : $"_INBOX.{random.Next(1000)}";
                    var (subject, sid) = ($"orders.{random.Next(1000)}", random.Next(1, 100_000));
                    var sizes = headers > 0 ? $"{headers} {body.Length}" : $"{body.Length}";
                    bytes.Write(Encoding.UTF8.GetBytes(string.Join(' ', ((string[])[headers > 0 ? "HMSG" : "MSG", subject, $"{sid}", reply, sizes]).Where(word => word.Length > 0)) + "\r\n"));
                    bytes.Write(body);
                    bytes.Write("\r\n"u8);
                    told.Add($"{subject}|{sid}|{reply}|{headers}|{Encoding.Latin1.GetString(body)}");
                    break;
            }
        }
        return (bytes.WrittenSpan.ToArray(), told);
    }

    private static string Tell(in Frame frame) => frame.Kind == FrameKind.Message
        ? string.Create(CultureInfo.InvariantCulture,
            $"{Encoding.UTF8.GetString(frame.Subject)}|{frame.Sid}|{Encoding.UTF8.GetString(frame.ReplyTo)}|{frame.HeaderBytes}|{Encoding.Latin1.GetString(frame.Body.ToArray())}")
        : $"{frame.Kind} {Encoding.UTF8.GetString(frame.Text)}".TrimEnd();
}
