using Herald.TestKit.Http;
using Xunit;

namespace Herald.Client.Tests.Events;

public sealed class TailTests
{
    private const string Lines = "application/x-ndjson";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_gives_each_event_until_the_server_ends_it()
    {
        await using var herald = await FakeHerald.StartAsync(_ => new(200, $"{Line(1)}\n\n{Line(2)}\n", Lines));
        using var client = new HeraldClient(new Uri(herald.Address));
        using var tail = (await client.Events.TailAsync("orders", Cancel)).ValueOrThrow();
        var sequences = new List<long>();
        await foreach (var one in tail.ReadAsync(Cancel))
            sequences.Add(one.Sequence);
        Assert.Equal([1, 2], sequences);
    }

    [Fact]
    public async Task An_answer_that_is_no_stream_of_events_is_a_problem()
    {
        await using var other = await FakeHerald.StartAsync(_ => new(200, "<html></html>", "text/html"));
        using var client = new HeraldClient(new Uri(other.Address));
        var reply = await client.Events.TailAsync("orders", Cancel);
        Assert.Null(reply.Value);
        Assert.Equal(Problem.UnreadableAnswer, reply.Problem!.Code);
    }

    [Fact]
    public async Task A_connection_that_is_cut_is_an_exception_after_the_events_before_it()
    {
        var read = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var herald = await FakeHerald.StartAsync(_ => new(200, $"{Line(1)}\n", Lines, CutWhen: read.Task));
        using var client = new HeraldClient(new Uri(herald.Address));
        using var tail = (await client.Events.TailAsync("orders", Cancel)).ValueOrThrow();
        await using var events = tail.ReadAsync(Cancel).GetAsyncEnumerator(Cancel);
        Assert.True(await events.MoveNextAsync());
        Assert.Equal(1, events.Current.Sequence);
        read.SetResult();
        await Assert.ThrowsAnyAsync<IOException>(async () => await events.MoveNextAsync());
    }

    [Fact]
    public async Task It_ends_when_it_is_cancelled()
    {
        var never = new TaskCompletionSource().Task;
        await using var herald = await FakeHerald.StartAsync(_ => new(200, $"{Line(1)}\n", Lines, CutWhen: never));
        using var client = new HeraldClient(new Uri(herald.Address));
        using var tail = (await client.Events.TailAsync("orders", Cancel)).ValueOrThrow();
        using var stop = new CancellationTokenSource();
        await using var events = tail.ReadAsync(stop.Token).GetAsyncEnumerator(Cancel);
        Assert.True(await events.MoveNextAsync());
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await events.MoveNextAsync());
    }

    [Fact]
    public async Task A_refusal_is_a_reply()
    {
        await using var herald = await FakeHerald.StartAsync(
            _ => new(404, """{"code":"topic-not-found","detail":"There is no topic 'orders'."}""", "application/problem+json"));
        using var client = new HeraldClient(new Uri(herald.Address));
        var reply = await client.Events.TailAsync("orders", Cancel);
        Assert.Null(reply.Value);
        Assert.Equal((404, "topic-not-found"), (reply.Status, reply.Problem!.Code));
    }

    [Theory]
    [InlineData("no JSON")]
    [InlineData("null")]
    [InlineData("{}")]
    public async Task A_line_that_is_no_event_is_shown_as_it_came_or_is_an_exception(string line)
    {
        await using var herald = await FakeHerald.StartAsync(_ => new(200, $"{line}\n", Lines));
        using var client = new HeraldClient(new Uri(herald.Address));
        using var raw = (await client.Events.TailAsync("orders", Cancel)).ValueOrThrow();
        await foreach (var shown in raw.ReadLinesAsync(Cancel))
            Assert.Equal(line, shown);
        using var tail = (await client.Events.TailAsync("orders", Cancel)).ValueOrThrow();
        await using var events = tail.ReadAsync(Cancel).GetAsyncEnumerator(Cancel);
        await Assert.ThrowsAsync<InvalidDataException>(async () => await events.MoveNextAsync());
    }

    private static string Line(long sequence) =>
        $$"""{"shard":3,"sequence":{{sequence}},"topic":"orders","id":"e{{sequence}}","contentType":"application/json","attributes":{},"""
        + """ "payload":1,"time":"2026-01-31T12:00:00.000Z","acceptedAt":"2026-01-31T12:00:00.000Z","colour":"red"}""";
}
