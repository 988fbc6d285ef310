using System.Diagnostics;
using System.Text.Json;
using Herald.Engine.Basics;
using Herald.Engine.Catalogs;
using Herald.Engine.Inspection;
using Herald.Engine.Stores;
using Herald.Engine.Subscriptions;
using Herald.Simulation.Runs;

namespace Herald.Simulation.Traces;

/// <summary>Reports an operator's order when it is given and when it is answered.</summary>
internal sealed class Told(Teller teller, SimProcess through, string? subscription)
{
    public const string Pause = "pause", Resume = "resume", Delete = "delete", Redrive = "redrive", Discard = "discard";

    // The front owns no shards, so other nodes have to learn of what is done there.
    private const string Front = "front";

    private readonly string _number = teller.Next();

    public ValueTask<CatalogResult<Subscription>> As(string what, Func<ValueTask<CatalogResult<Subscription>>> order) =>
        DoAsync(order, OutcomeOf, ("what", what));

    public ValueTask<CatalogResult<Subscription>> AsPut(SubscriptionDraft draft, StartFrom from,
        Func<ValueTask<CatalogResult<Subscription>>> order) =>
        DoAsync(order, OutcomeOf, ("what", "put"), ("definition", DefinitionText.Of(draft, TenantId.Split(subscription!).Tenant)), ("from", TextOf(from)));

    public ValueTask<CatalogResult<Subscription>> AsReplay(StartFrom from, Func<ValueTask<CatalogResult<Subscription>>> order) =>
        DoAsync(order, OutcomeOf, ("what", "replay"), ("from", TextOf(from)));

    public ValueTask<bool> AsReleaseAsync(int shard, long sequence, bool discard, Func<ValueTask<bool>> order) => DoAsync(
        order, done => (done ? "done" : "notFound", 0, -1), ("what", "release"), ("shard", Teller.Text(shard)), ("sequence",
            Teller.Text(sequence)), ("discard", discard ? "true" : null));

    public ValueTask<int> AsLettersAsync(string what, List<DeadLetterId> ids, Func<ValueTask<int>> order) =>
        DoAsync(order, count => ("done", 0, count), ("what", what), ("letters", string.Join(',', ids.Select(DeadLetterActions.Format))));

    private async ValueTask<T> DoAsync<T>(Func<ValueTask<T>> order, Func<T, (string Outcome, long Version, int Count)> outcomeOf,
        params (string Name, string? Value)[] values)
    {
        teller.Tell("operator", "order", [("n", _number), ("subscription", subscription), ("through", through.Name), .. values]);
        try
        {
            var done = await order();
            Tell(outcomeOf(done));
            return done;
        }
        catch (Exception failure) when (failure is StoreUnavailableException or ObjectDisposedException)
        {
            Tell(("unknown", 0, -1));
            throw;
        }
    }

    private void Tell((string Outcome, long Version, int Count) done) => teller.Tell(
        "operator", "done", ("n", _number), ("outcome", done.Outcome), ("version", done.Version > 0 ? Teller.Text(done.Version) : null),
        ("count", done.Count >= 0 ? Teller.Text(done.Count) : null), ("alone", through.Name == Front ? null : "yes"));

    private static (string, long, int) OutcomeOf(CatalogResult<Subscription> result) =>
        (JsonNamingPolicy.CamelCase.ConvertName(result.Outcome.ToString()), result.Done ? result.Value?.Version ?? 0 : 0, -1);

    private static string TextOf(StartFrom from) => from switch
    {
        StartFrom.Sequence sequence => Teller.Text(sequence.At),
        StartFrom.Earliest => "earliest",
        StartFrom.Now => "now",
        StartFrom.Time or _ => throw new UnreachableException($"{from}: operators here know no time of a log"),
    };
}
