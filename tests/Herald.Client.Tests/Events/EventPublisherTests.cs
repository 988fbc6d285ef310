using Herald.TestKit.Http;
using Herald.TestKit.Time;
using Xunit;

namespace Herald.Client.Tests.Events;

/// <summary>How batches are repeated; the commands' tests have more.</summary>
public sealed class EventPublisherTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_batch_whose_result_is_unknown_is_sent_again_as_it_was()
    {
        var asked = 0;
        await using var herald = await FakeHerald.StartAsync(_ => Interlocked.Increment(ref asked) == 1
            ? new(503, "{}", RetryAfter: 2) : new(202, """{"results":[{"index":0,"id":"a","status":"duplicate"}]}"""));
        using var client = new HeraldClient(new Uri(herald.Address));
        var clock = new ManualClock();
        var publisher = new EventPublisher(() => client, "orders", Patience, clock);
        var sending = publisher.SendAsync([new NewEvent { Id = "a", Payload = "1" }], Cancel);
        await clock.WhenArmedAsync(1).WaitAsync(Cancel);
        Assert.Equal(TimeSpan.FromSeconds(2), clock.NextDue!.Value - clock.GetUtcNow());
        clock.AdvanceTo(clock.NextDue!.Value);
        Assert.True(Assert.Single((await sending).ValueOrThrow().Results).IsStored);
        Assert.Equal(1, publisher.Retries);
        Assert.Single(herald.Requests.Select(request => request.Body).Distinct());
    }

    [Theory]
    [InlineData(400)]
    [InlineData(501)]
    public async Task A_batch_that_is_refused_or_not_understood_is_not_sent_again(int status)
    {
        await using var herald = await FakeHerald.StartAsync(_ => new(status, """{"code":"events-refused"}""", "application/problem+json"));
        using var client = new HeraldClient(new Uri(herald.Address));
        var publisher = new EventPublisher(() => client, "orders", Patience, new ManualClock());
        Assert.Equal("events-refused", (await publisher.SendAsync("{}"u8.ToArray(), Cancel)).Problem!.Code);
        Assert.Single(herald.Requests);
    }
}
