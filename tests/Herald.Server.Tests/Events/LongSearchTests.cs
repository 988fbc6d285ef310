using Herald.Server.Tests.Http;
using Xunit;

namespace Herald.Server.Tests.Events;

/// <summary>A search for an event whose id is no longer remembered, in logs that take longer to read than a search may take.</summary>
public sealed class LongSearchTests : IAsyncLifetime
{
    private readonly LeapingClock _clock = new();
    private readonly RunningServer _server;

    public LongSearchTests() => _server = new RunningServer { Time = _clock };

    public ValueTask InitializeAsync() => _server.InitializeAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_search_that_was_ended_early_says_so_and_asks_for_the_key()
    {
        var topic = await _server.NewTopicAsync();
        // There is an event in every shard, so that the search reads all of them.
        (await _server.PublishAsync(topic, $"[{string.Join(',', Enumerable.Range(0, 100).Select(i => $$"""{"key":"{{i}}","payload":1}"""))}]")).Is(202);
        var path = $"/v1/topics/{topic}/events/unknown";
        var answer = (await _server.GetAsync(path)).IsProblem(404, "event-not-found");
        Assert.Contains("No event with this id was accepted", answer.Text, StringComparison.Ordinal);

        _clock.Leaps = true;
        answer = (await _server.GetAsync(path)).IsProblem(404, "event-not-found");
        _clock.Leaps = false;
        Assert.Contains("the search stopped before it had seen all of them. Give the event's key", answer.Text, StringComparison.Ordinal);
    }

    /// <summary>A clock that, while it leaps, advances three seconds each time it is read.</summary>
    private sealed class LeapingClock : TimeProvider
    {
        private long _leapt;

        public volatile bool Leaps;

        public override long GetTimestamp() =>
            System.GetTimestamp() + (Leaps ? Interlocked.Add(ref _leapt, 3 * TimestampFrequency) : Interlocked.Read(ref _leapt));
    }
}
