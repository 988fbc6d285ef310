using System.Text;
using Herald.Engine.Basics;
using Herald.Engine.Publishing;
using Herald.Engine.Stores;
using Herald.Hosting.Wire;
using Herald.Server.Problems;
using Herald.Server.Publishing;
using Herald.Server.Tests.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Herald.Server.Tests.Publishing;

/// <summary>
/// How much of the memory for bodies a publish request holds while it waits for the store. All of it must become free again.
/// </summary>
public sealed class HeldMemoryTests(RunningServer server) : IAsyncLifetime
{
    private const int Most = 1 << 20, Large = 400_000;
    private readonly BodyBudget _budget = new(Most);
    private HeldLog _log = null!;
    private PublishHandler _door = null!;
    private string _topic = "";

    public async ValueTask InitializeAsync()
    {
        _topic = await server.NewTopicAsync();
        _log = new HeldLog(server.Server.Engine.Log);
        var intake = new Intake(_log, new IntakeOptions(), TimeProvider.System);
        var pages = new ProblemPages(_ => Task.CompletedTask, NullLogger.Instance);
        _door = new PublishHandler(intake, server.Server.Engine.Catalog, _budget, new ServerOptions { MaxBodyBytes = Most }, pages);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory]
    [InlineData("taken", 202)]
    [InlineData("refused", 503)]
    [InlineData("gone", 202)]
    public async Task Requests_that_wait_for_the_store_hold_their_memory_until_they_are_answered(string ending, int status)
    {
        using var gone = new CancellationTokenSource();
        var first = Publish(Event(Large), out var answer, gone.Token);
        var second = Publish(Event(Large), out _, gone.Token);
        await WaitingAsync(2);
        Assert.InRange(_budget.Taken, 2 * Large, Most);

        await Publish(Event(Large), out var third);
        Assert.Equal(503, third.StatusCode);
        Assert.Equal(2, _log.Waiting);
        var small = Publish(Event(100), out var passed);
        await WaitingAsync(3);

        if (ending == "gone")
            await gone.CancelAsync();
        Assert.InRange(_budget.Taken, 2 * Large, Most);
        _log.Failure = ending == "refused" ? new StoreUnavailableException("The test's store is away.") : null;
        _log.LetGo();
        await Task.WhenAll(first, second, small).WaitAsync(RunningServer.Cancel);
        Assert.Equal(status, answer.StatusCode);
        Assert.Equal(ending == "refused" ? 503 : 202, passed.StatusCode);
        Assert.Equal(0, _budget.Taken);
    }

    [Fact]
    public async Task A_request_that_is_refused_gives_back_all()
    {
        foreach (var body in (string[])[Event(Large)[..^1], $$"""{"unknown":"{{new string('x', Large)}}"}""", Event(Most)])
        {
            await Publish(body, out var answer);
            Assert.InRange(answer.StatusCode, 400, 499);
            Assert.Equal(0, _budget.Taken);
        }
        Assert.Equal(0, _log.Waiting);
    }

    [Fact]
    public async Task Events_that_are_larger_than_their_body_count_as_what_they_are()
    {
        var body = "[" + string.Join(',', Enumerable.Repeat("""{"payload":1}""", 1000)) + "]";
        var waiting = Publish(body, out _);
        await WaitingAsync(1);
        Assert.InRange(_budget.Taken, 1000 * 256, Most);
        _log.LetGo();
        await waiting.WaitAsync(RunningServer.Cancel);
        Assert.Equal(0, _budget.Taken);
    }

    [Fact]
    public async Task One_request_gets_through_however_much_its_events_need()
    {
        var body = "[" + string.Join(',', Enumerable.Repeat("""{"payload":1}""", 5000)) + "]";
        var waiting = Publish(body, out var answer);
        await WaitingAsync(1);
        Assert.True(_budget.Taken > Most);
        await Publish(body, out var other);
        Assert.Equal(503, other.StatusCode);
        _log.LetGo();
        await waiting.WaitAsync(RunningServer.Cancel);
        Assert.Equal(202, answer.StatusCode);
        Assert.Equal(0, _budget.Taken);
    }

    private static string Event(int length) => $$"""{"payload":"{{new string('x', length)}}"}""";

    private Task Publish(string body, out HttpResponse answer, CancellationToken gone = default)
    {
        var context = new DefaultHttpContext { RequestAborted = gone };
        context.Request.Method = "POST";
        context.Request.ContentType = "application/json";
        context.Request.Body = new MemoryStream(Encoding.UTF8.GetBytes(body));
        context.Request.ContentLength = body.Length;
        answer = context.Response;
        return _door.HandleAsync(context, _topic.AsMemory());
    }

    private async Task WaitingAsync(int requests)
    {
        while (_log.Waiting < requests)
        {
            RunningServer.Cancel.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
