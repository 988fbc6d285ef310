using Herald.Server.Tests.Http;
using Herald.TestKit.Http;
using Xunit;

namespace Herald.Server.Tests.Publishing;

/// <summary>Clients that disconnect after half of a body. The memory that their bodies took must become free again.</summary>
public sealed class AbortedUploadTests : IAsyncLifetime
{
    private const int Length = 200_000, Sent = 50_000, Uploads = 12;
    private readonly RunningServer _server = new()
    {
        With = o => o.With<ServerOptions>(server => server with { MaxBodyBytes = 1 << 20, MaxBodyBytesInFlight = 1 << 20 }),
        Logging = new ErrorsShown(),
    };

    public ValueTask InitializeAsync() => _server.InitializeAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    public static TheoryData<string, bool, bool> Endings => new()
    {
        { "closed", false, false },
        { "closed", true, false },
        { "reset", false, false },
        { "reset", true, false },
        { "no chunk", true, false },
        { "closed", false, true },
        { "reset", true, true },
    };

    [Theory(Timeout = 120_000)]
    [MemberData(nameof(Endings))]
    public async Task Its_memory_comes_back(string ending, bool chunked, bool elsewhere)
    {
        var topic = await _server.NewTopicAsync();
        var (method, path) = elsewhere ? ("PUT", "/v1/subscriptions/any") : ("POST", $"/v1/topics/{topic}/events");
        for (var i = 0; i < Uploads; i++)
        {
            using var upload = await RawUpload.BeginAsync(_server.Address, method, path, chunked ? null : Length, Sent, TestContext.Current.CancellationToken);
            await _server.UntilAsync("/metrics", page => InFlight(page) > 0);
            if (ending == "reset")
                upload.Reset();
            else if (ending == "no chunk")
                await upload.SendAsync("none\r\n", RunningServer.Cancel);
        }
        await LargeBodiesPassAsync(topic);
    }

    [Fact(Timeout = 120_000)]
    public async Task The_memory_of_one_that_is_too_slow_comes_back()
    {
        var topic = await _server.NewTopicAsync();
        var uploads = new List<RawUpload>();
        for (var i = 0; i < 5; i++)
            uploads.Add(await RawUpload.BeginAsync(_server.Address, "POST", $"/v1/topics/{topic}/events", Length, sent: 100, TestContext.Current.CancellationToken));
        await _server.UntilAsync("/metrics", page => InFlight(page) >= 5 * Length);
        // The web server disconnects clients that send almost nothing for some seconds.
        await LargeBodiesPassAsync(topic);
        uploads.ForEach(upload => upload.Dispose());
    }

    private async Task LargeBodiesPassAsync(string topic)
    {
        await _server.UntilAsync("/metrics", page => InFlight(page) == 0);
        (await _server.PublishAsync(topic, $$"""{"payload":"{{new string('x', 900_000)}}"}""")).Is(202);
        // A client that disconnects is not an error of the server.
        Assert.Equal(0, ((ErrorsShown)_server.Logging).Count);
    }

    private static long InFlight(Answer page)
    {
        const string Name = "herald_http_body_bytes_in_flight ";
        var line = page.Text.Split('\n').SingleOrDefault(line => line.StartsWith(Name, StringComparison.Ordinal));
        Assert.True(line is not null, page.Text);
        return (long)double.Parse(line[Name.Length..], System.Globalization.CultureInfo.InvariantCulture);
    }
}
