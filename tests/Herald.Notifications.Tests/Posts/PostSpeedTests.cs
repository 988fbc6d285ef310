using System.Buffers;
using System.Diagnostics;
using System.Text;
using Herald.Notifications.Posts;

namespace Herald.Notifications.Tests.Posts;

/// <summary>Run by hand: <c>Herald.Notifications.Tests -explicit only -class "*PostSpeedTests" -showLiveOutput</c>.</summary>
public sealed class PostSpeedTests(ITestOutputHelper output)
{
    [Fact(Explicit = true)]
    public void How_long_a_post_of_200_bytes_takes()
    {
        var json = Encoding.UTF8.GetBytes(
            $$"""{"uuid":"{{Given.Uuid}}","txt":"{{new string('x', 80)}}","destination":"EMAIL","to":"anna@example.com"}""");
        var buffer = new ArrayBufferWriter<byte>(1024);
        Assert.InRange(json.Length, 180, 220);
        foreach (var _ in Enumerable.Range(0, 5))
        {
            const int Rounds = 200_000;
            var (allocated, began) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.GetTimestamp());
            for (var i = 0; i < Rounds; i++)
                Assert.True(Given.Reader.Read(json, Given.NowMs).IsPost);
            var (read, bytes) = (Stopwatch.GetElapsedTime(began), GC.GetAllocatedBytesForCurrentThread() - allocated);
            var post = Given.Post(Encoding.UTF8.GetString(json));
            began = Stopwatch.GetTimestamp();
            for (var i = 0; i < Rounds; i++)
            {
                buffer.ResetWrittenCount();
                PostWriter.Write(post, buffer);
            }
            var written = Stopwatch.GetElapsedTime(began);
            began = Stopwatch.GetTimestamp();
            for (var i = 0; i < Rounds; i++)
                ContentHash.Of(buffer.WrittenSpan);
            var hashed = Stopwatch.GetElapsedTime(began);
            output.WriteLine(
                $"{json.Length} bytes: read {read.TotalMicroseconds / Rounds:f2} µs and {bytes / Rounds} bytes of memory, "
                    + $"written {written.TotalMicroseconds / Rounds:f2} µs, hashed {hashed.TotalMicroseconds / Rounds:f2} µs");
        }
    }

    /// <summary>A correct post costs little memory on any machine, and memory is what a busy door runs out of first.</summary>
    [Fact]
    public void A_post_of_200_bytes_costs_less_than_2_KiB_of_memory()
    {
        var json = Encoding.UTF8.GetBytes(
            $$"""{"uuid":"{{Given.Uuid}}","txt":"{{new string('x', 80)}}","destination":"SLACK","priority":"high","category":"invoices"}""");
        Assert.True(Given.Reader.Read(json, Given.NowMs).IsPost);
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
            Given.Reader.Read(json, Given.NowMs);
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - allocated) / 100, 1, 2048);
    }
}
