using Herald.TestKit.Http;
using Xunit;

namespace Herald.Client.Tests.Paging;

public sealed class PagingTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task All_items_are_read_page_by_page()
    {
        await using var herald = await FakeHerald.StartAsync(
            request => new(200, request.Target.Contains("cursor=", StringComparison.Ordinal) ? Page("c") : Page("a", "b", next: "b&")));
        using var client = new HeraldClient(new Uri(herald.Address));
        var names = new List<string>();
        await foreach (var topic in client.Topics.AllAsync(Cancel))
            names.Add(topic.Name);
        Assert.Equal(["a", "b", "c"], names);
        Assert.Equal(["/v1/topics?limit=1000", "/v1/topics?limit=1000&cursor=b%26"], herald.Requests.Select(request => request.Target));
    }

    [Fact]
    public async Task A_page_is_not_asked_for_before_its_items_are_wanted()
    {
        await using var herald = await FakeHerald.StartAsync(_ => new(200, Page("a", next: "a")));
        using var client = new HeraldClient(new Uri(herald.Address));
        await foreach (var _ in client.Topics.AllAsync(Cancel))
            break;
        Assert.Single(herald.Requests);
    }

    [Fact]
    public async Task A_page_that_is_refused_is_an_exception_after_the_items_before_it()
    {
        var asked = 0;
        var stopping = new FakeHerald.Answer(503, """{"code":"not-ready","detail":"The server is stopping."}""", "application/problem+json");
        await using var herald = await FakeHerald.StartAsync(
            _ => Interlocked.Increment(ref asked) == 1 ? new(200, Page("a", next: "a")) : stopping);
        using var client = new HeraldClient(new Uri(herald.Address));
        await using var topics = client.Topics.AllAsync(Cancel).GetAsyncEnumerator(Cancel);
        Assert.True(await topics.MoveNextAsync());
        var refusal = await Assert.ThrowsAsync<HeraldException>(async () => await topics.MoveNextAsync());
        Assert.Equal(("not-ready", "The server is stopping."), (refusal.Problem!.Code, refusal.Message));
    }

    [Fact]
    public async Task Single_pages_are_replies()
    {
        await using var herald = await FakeHerald.StartAsync(_ => new(200, Page("a", next: "x")));
        using var client = new HeraldClient(new Uri(herald.Address));
        var first = (await client.Topics.ListAsync(new PageRequest(1), Cancel)).ValueOrThrow();
        await client.Topics.ListAsync(new PageRequest(1, first.NextCursor), Cancel);
        Assert.Equal(["/v1/topics?limit=1", "/v1/topics?limit=1&cursor=x"], herald.Requests.Select(request => request.Target));
    }

    private static string Page(string name, string? second = null, string? next = null)
    {
        var items = new[] { name, second }.Where(one => one is not null)
            .Select(one => $$"""{"name":"{{one}}","createdAt":"2026-01-31T12:00:00.000Z","version":1}""");
        return $$"""{"items":[{{string.Join(',', items)}}]{{(next is null ? "" : $",\"nextCursor\":\"{next}\"")}}}""";
    }
}
