using System.Buffers;
using System.Text;
using Herald.Notifications.Posts;

namespace Herald.Notifications.Tests.Posts;

/// <summary>Run by hand: <c>Herald.Notifications.Tests -explicit only -class "*PostSpeedTests" -showLiveOutput</c>.</summary>
public sealed class PostSpeedTests(ITestOutputHelper output)
{
    private const int Rounds = 200_000;

    [Fact(Explicit = true)]
    public void How_long_a_post_of_200_bytes_takes()
    {
        var json = Encoding.UTF8.GetBytes(
            $$"""{"uuid":"{{Given.Uuid}}","txt":"{{new string('x', 80)}}","destination":"EMAIL","to":"anna@example.com"}""");
        var buffer = new ArrayBufferWriter<byte>(1024);
        Assert.InRange(json.Length, 180, 220);
        foreach (var to in new[] { "anna@example.com", "user:anna" })
        {
            json = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(json).Replace("anna@example.com", to, StringComparison.Ordinal));
            var post = Given.Post(Encoding.UTF8.GetString(json));
            foreach (var _ in Enumerable.Range(0, 3))
            {
                var allocated = GC.GetAllocatedBytesForCurrentThread();
                var read = Measure(() => Given.Reader.Read(json, Given.NowMs));
                var bytes = (GC.GetAllocatedBytesForCurrentThread() - allocated) / Rounds;
                var written = Measure(() =>
                {
                    buffer.ResetWrittenCount();
                    PostWriter.Write(post, buffer);
                });
                var hashed = Measure(() => ContentHash.Of(buffer.WrittenSpan));
                output.WriteLine(
                    $"{json.Length} bytes to {to}: read {read:f2} µs and {bytes} bytes of memory, written {written:f2} µs, hashed {hashed:f2} µs");
            }
        }
    }

    /// <summary>Microseconds of the processor, which other work on the machine does not change much.</summary>
    private static double Measure(Action action)
    {
        var began = Environment.CpuUsage.TotalTime;
        for (var i = 0; i < Rounds; i++)
            action();
        return (Environment.CpuUsage.TotalTime - began).TotalMicroseconds / Rounds;
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
