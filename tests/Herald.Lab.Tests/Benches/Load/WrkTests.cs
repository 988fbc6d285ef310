using Herald.Lab.Benches.Load;
using Xunit;

namespace Herald.Lab.Tests.Benches.Load;

public sealed class WrkTests
{
    [Fact]
    public void The_result_is_the_line_of_the_script()
    {
        const string Output = """
            Running 5s test @ http://127.0.0.1:8090/
              2 threads and 64 connections
              250000 requests in 5.00s, 40.00MB read
              Non-2xx or 3xx responses: 2
            Requests/sec:  50000.00
            Transfer/sec:      8.00MB
            herald-bench {"requests":250000,"microseconds":5000000,"refused":2,"broken":1}

            """;
        var result = Wrk.Parse(Output);
        Assert.Equal(new LoadResult(250_000, TimeSpan.FromSeconds(5), 2, 1), result);
        Assert.Equal(50_000, result!.RequestsPerSecond);
    }

    [Fact]
    public void Without_it_there_is_no_result() => Assert.Null(Wrk.Parse("unable to connect to 127.0.0.1:8090 Connection refused\n"));

    [Fact]
    public void The_script_sends_what_the_shape_says()
    {
        var script = WrkScript.Write(new PublishShape(500), new Uri("http://127.0.0.1:8090"), run: 3);
        Assert.Contains("local batch, keys, number = 500, 1000, 0", script, StringComparison.Ordinal);
        Assert.Contains("""local opening = '{"id":"0003-' .. string.format("%02d", sender) .. '-'""", script, StringComparison.Ordinal);
        Assert.Contains("""last[key] = '","key":"key-' .. string.format("%03d", key) .. '","payload":{"data":"xxx""", script, StringComparison.Ordinal);
        Assert.Contains("""pieces[1] = 'POST /v1/topics/bench/events HTTP/1.1\r\nHost: 127.0.0.1:8090\r\n""", script, StringComparison.Ordinal);
    }
}
