using System.Globalization;
using Herald.Client;
using Xunit;

namespace Herald.EndToEnd.PowerLoss;

/// <summary>Publishers and an operator, and the check of what they were promised.</summary>
internal sealed class Traffic(Func<HeraldClient> client, Timeline timeline, Promises promises, IReadOnlyList<TracedEndpoint> endpoints)
{
    private const string Topic = "orders", QuietTopic = "quiet", Present = "present";
    private const int Publishers = 4, KeysEach = 6, MostInBatch = 40, CheckedAtOnce = 500, SideSubscriptions = 6;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly EventMaker _events = new();
    private int _changes;

    /// <summary>Orders the topics and subscriptions that every run has.</summary>
    public async Task SetUpAsync(CancellationToken cancel)
    {
        await PutTopicAsync(Topic, cancel);
        await PutTopicAsync(QuietTopic, cancel);
        foreach (var endpoint in endpoints)
            await SubscribeAsync(endpoint, cancel);
    }

    /// <summary>Every publisher sends single events and batches, each after the last answer. The operator changes the catalog.</summary>
    public Task RunAsync(int requests, Random random, CancellationToken cancel)
    {
        var operating = OperateAsync(requests / 2, new Random(random.Next()), cancel);
        var publishing = Enumerable.Range(0, Publishers).Select(one => PublishAsync(one, requests, new Random(random.Next()), cancel));
        return Task.WhenAll([operating, .. publishing]);
    }

    /// <returns>The first promise that the server does not keep; null when it keeps all.</returns>
    public async Task<string?> FindBrokenAsync(CancellationToken cancel)
    {
        foreach (var name in promises.Names)
            if (promises.Find(name, await StateOfAsync(name, cancel)) is { } wrong)
                return wrong;
        await SetUpAsync(cancel);
        foreach (var ids in timeline.Ids(promised: true).Chunk(CheckedAtOnce))
        {
            var reply = await client().Events.PublishLinesAsync(Topic, _events.Lines(ids), cancel);
            if (!reply.Succeeded || reply.Value!.Results.Any(result => result.Status != PublishStatus.Duplicate))
                return $"{ids.Length} events from {ids[0]} on were accepted before, and now are: {Shorten(reply.Text)}";
        }
        // A publisher sends again what was not answered.
        foreach (var ids in timeline.Ids(promised: false).Chunk(CheckedAtOnce))
        {
            var reply = await client().Events.PublishLinesAsync(Topic, _events.Lines(ids), cancel);
            if (!reply.Succeeded)
                return $"{ids.Length} events from {ids[0]} on are refused: {Shorten(reply.Text)}";
        }
        try
        {
            await Wait.UntilAsync(() => FindMissing() is null, Patience, () => $"It was not delivered: {FindMissing()}.", cancel);
        }
        catch (TimeoutException late)
        {
            return late.Message;
        }
        return endpoints.Any(endpoint => endpoint.Refusals > 0) ? "A signature was wrong." : null;
    }

    private string? FindMissing() => timeline.FindMissing(endpoints.Select(endpoint => endpoint.Name));

    private async Task PublishAsync(int publisher, int requests, Random random, CancellationToken cancel)
    {
        for (var request = 0; request < requests; request++)
        {
            var count = random.Next(3) == 0 ? 2 + random.Next(MostInBatch - 1) : 1;
            var ids = new List<string>();
            while (ids.Count < count)
                ids.Add(_events.Make(string.Create(CultureInfo.InvariantCulture, $"k{publisher}-{random.Next(KeysEach)}"), random));
            var reply = count == 1
                ? await client().Events.PublishAsync(Topic, _events.Single(ids[0]), cancel)
                : await client().Events.PublishLinesAsync(Topic, _events.Lines(ids), cancel);
            AssertDone(reply);
        }
    }

    private async Task OperateAsync(int changes, Random random, CancellationToken cancel)
    {
        for (var change = 0; change < changes; change++)
        {
            var side = string.Create(CultureInfo.InvariantCulture, $"side-{random.Next(SideSubscriptions)}");
            switch (random.Next(4))
            {
                case 0:
                    await PutTopicAsync(string.Create(CultureInfo.InvariantCulture, $"topic-{random.Next(1000)}"), cancel);
                    break;
                case 1:
                    await SubscribeAsync(endpoints[random.Next(endpoints.Count)], cancel);
                    break;
                case 2:
                    await promises.OrderAsync(
                        $"subscription {side}", null, async () => await client().Subscriptions.DeleteAsync(side, cancel: cancel));
                    break;
                default:
                    var next = NextDescription();
                    var wanted = new SubscriptionDefinition { Topic = QuietTopic, Endpoint = "http://127.0.0.1:9/", Description = next };
                    await promises.OrderAsync(
                        $"subscription {side}", next,
                        async () => AssertDone(await client().Subscriptions.PutAsync(side, wanted, cancel: cancel)));
                    break;
            }
        }
    }

    private Task PutTopicAsync(string topic, CancellationToken cancel) =>
        promises.OrderAsync($"topic {topic}", Present, async () => AssertDone(await client().Topics.PutAsync(topic, cancel: cancel)));

    private Task SubscribeAsync(TracedEndpoint endpoint, CancellationToken cancel)
    {
        var next = NextDescription();
        return promises.OrderAsync(
            $"subscription {endpoint.Name}", next,
            async () => AssertDone(await client().Subscriptions.PutAsync(endpoint.Name, endpoint.Definition(Topic, next), cancel: cancel)));
    }

    private string NextDescription() => string.Create(CultureInfo.InvariantCulture, $"change {Interlocked.Increment(ref _changes)}");

    private async Task<string?> StateOfAsync(string name, CancellationToken cancel)
    {
        var (kind, id) = (name[..name.IndexOf(' ', StringComparison.Ordinal)], name[(name.IndexOf(' ', StringComparison.Ordinal) + 1)..]);
        if (kind == "topic")
            return Found(await client().Topics.GetAsync(id, cancel)) is null ? null : Present;
        return Found(await client().Subscriptions.GetAsync(id, cancel))?.Description;
    }

    private static T? Found<T>(Reply<T> reply)
        where T : class
    {
        if (reply.Status != 404)
            AssertDone(reply);
        return reply.Value;
    }

    private static void AssertDone(Reply reply) => Assert.True(reply.Succeeded, $"The server refuses: {reply.Text}");

    private static string Shorten(string text) => text.Length > 400 ? text[..400] + " …" : text;
}
