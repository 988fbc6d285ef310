using Xunit;

namespace Herald.Server.Tests.Http;

public sealed class HealthTests(RunningServer server)
{
    [Fact]
    public async Task It_lives_and_is_ready()
    {
        Assert.Equal("ok", (await server.GetAsync("/healthz")).Is(200)["status"]);
        Assert.Equal("ok", (await server.GetAsync("/readyz")).Is(200)["status"]);
    }

    [Fact]
    public async Task The_page_is_served()
    {
        var page = (await server.GetAsync("/")).Is(200);
        Assert.Equal("text/html", page.MediaType);
        Assert.Contains("Herald", page.Text, StringComparison.Ordinal);
        Assert.Contains("default-src 'none'", page.Headers["Content-Security-Policy"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_accepted_is_there_after_a_restart()
    {
        var first = await RunningServer.StartAsync();
        var topic = await first.NewTopicAsync();
        (await first.PublishAsync(topic, """{"id":"kept","payload":"still here"}""")).Is(202);
        await first.Server.DisposeAsync();
        await using (var second = await RunningServer.StartAsync(RunningServer.Options(first.Directory)))
        {
            using var http = new HttpClient();
            using var response = await http.GetAsync(new Uri(second.Address, $"/v1/topics/{topic}/events/kept"), RunningServer.Cancel);
            Assert.Contains("still here", await response.Content.ReadAsStringAsync(RunningServer.Cancel), StringComparison.Ordinal);
        }
        await first.DisposeAsync();
    }

    [Fact]
    public async Task A_backup_is_a_data_directory_of_its_own()
    {
        await using var first = await RunningServer.StartAsync();
        var topic = await first.NewTopicAsync();
        (await first.PublishAsync(topic, """{"id":"kept","payload":"in the copy"}""")).Is(202);
        var copy = first.Directory + "-copy";
        Assert.Equal(copy, (await first.PostAsync("/v1/backup", $$"""{"directory":"{{copy}}"}""")).Is(200)["directory"]);
        (await first.PostAsync("/v1/backup", $$"""{"directory":"{{copy}}"}""")).IsProblem(400, "invalid-request", "/directory");
        await using (var second = await RunningServer.StartAsync(RunningServer.Options(copy)))
        {
            using var http = new HttpClient();
            using var response = await http.GetAsync(new Uri(second.Address, $"/v1/topics/{topic}/events/kept"), RunningServer.Cancel);
            Assert.Contains("in the copy", await response.Content.ReadAsStringAsync(RunningServer.Cancel), StringComparison.Ordinal);
        }
        Directory.Delete(copy, recursive: true);
    }

    [Theory]
    [InlineData("""{"directory":"relative/path"}""")]
    [InlineData("""{"directory":""}""")]
    [InlineData("""{}""")]
    public async Task A_backup_needs_an_absolute_directory(string body) => (await server.PostAsync("/v1/backup", body)).IsProblem(400, "invalid-request", "/directory");
}
