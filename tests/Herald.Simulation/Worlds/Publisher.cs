using System.Text;
using System.Text.Json;
using Herald.Engine.Basics;
using Herald.Engine.Catalogs;
using Herald.Engine.Events;
using Herald.Engine.Publishing;
using Herald.Engine.Stores;
using Herald.Simulation.Judges;
using Herald.Simulation.Runs;
using Herald.Simulation.Traces;

namespace Herald.Simulation.Worlds;

/// <summary>Publishes events, and publishes them again until they are answered.</summary>
internal sealed class Publisher(Simulator simulator, Judge judge, Teller teller, EventMaker events, IReadOnlyList<TenantId> tenants)
{
    private readonly List<Publication> _unanswered = [];
    private readonly List<Publication> _answered = [];

    public bool IsDone => _unanswered.Count == 0;

    /// <summary>All events are of the first topic.</summary>
    public required bool IsPlain { get; init; }

    public void PublishNew(Intake intake, Catalog catalog, SimProcess process)
    {
        var name = IsPlain || simulator.Draw(0.85) ? WorldPlan.Topics[0] : WorldPlan.Topics[1];
        var tenant = tenants.Count == 1 ? default : simulator.Draw(tenants);
        var topic = tenant.FullName(name);
        var batch = Enumerable.Range(0, simulator.Draw(1, 4)).Select(_ => events.Make(topic)).ToList();
        if (_answered.Count > 0 && simulator.Draw(0.15))
            batch.Add(Again(topic) ?? batch[0]);
        _unanswered.AddRange(batch);
        Publish(batch, intake, catalog, process);
        if (tenants.Count > 1 && simulator.Draw(0.5))
            PublishForOther(tenant, name, batch, intake, catalog, process);
    }

    // Another tenant uses the same names, keys and ids, and sometimes even the same content.
    private void PublishForOther(TenantId tenant, string name, List<Publication> batch, Intake intake, Catalog catalog, SimProcess process)
    {
        var other = tenants.First(one => one != tenant);
        var same = batch.ConvertAll(one => one with
        {
            Topic = other.FullName(name),
            Payload = simulator.Draw(0.5) ? one.Payload : one.Payload.Replace("\"n\"", "\"m\"", StringComparison.Ordinal),
        });
        _unanswered.AddRange(same);
        Publish(same, intake, catalog, process);
        simulator.Reached.Count("ids that two tenants publish", same.Count);
    }

    public void PublishUnanswered(Intake intake, Catalog catalog, SimProcess process)
    {
        foreach (var group in _unanswered.Distinct().GroupBy(one => one.Topic))
            Publish([.. group.Take(5)], intake, catalog, process);
    }

    // A publisher that does not know that it has published, or that uses an id twice.
    private Publication? Again(string topic)
    {
        var one = simulator.Draw(_answered);
        if (one.Topic != topic)
            return null;
        return simulator.Draw(0.5) ? one : one with { Payload = """{"n":"another"}""" };
    }

    private void Publish(List<Publication> publications, Intake intake, Catalog catalog, SimProcess process)
    {
        process.Run(async () =>
        {
            try
            {
                await PublishAsync(publications, intake, catalog, process);
            }
            catch (StoreUnavailableException)
            {
                simulator.Reached.Count("publishers told to try again");
            }
        });
    }

    private async Task PublishAsync(List<Publication> publications, Intake intake, Catalog catalog, SimProcess process)
    {
        var (tenant, name) = TenantId.Split(publications[0].Topic);
        if (await catalog.Of(tenant).FindTopicAsync(name, CancellationToken.None) is not { } topic)
            return;
        using var batch = intake.Rent(topic);
        var requests = publications.ConvertAll(_ => teller.Next());
        for (var i = 0; i < publications.Count; i++)
        {
            var one = publications[i];
            EventMaker.Add(batch, one);
            teller.Tell(
                process.Name, "publish", ("n", requests[i]), ("topic", one.Topic), ("key", one.Key), ("id", one.Id), ("type", one.Type), ("a." + EventMaker.Attribute, one.Color), ("digest", DigestOf(one)));
        }
        await intake.PublishAsync(batch);
        for (var i = 0; i < publications.Count; i++)
        {
            judge.OnAnswered(batch.ShardOf(i), batch.Results[i], publications[i].Payload);
            Tell(process, requests[i], publications[i], batch.ShardOf(i), batch.Results[i]);
            if (batch.Results[i].Verdict == Verdict.NoRoom)
                continue;
            if (batch.Results[i].Verdict == Verdict.Accepted && _answered.Contains(publications[i]))
                simulator.Reached.Count("ids accepted again after the end of their window");
            _unanswered.Remove(publications[i]);
            _answered.Add(publications[i]);
        }
    }

    private void Tell(SimProcess process, string request, Publication one, ShardId shard, Appended answer) => teller.Tell(
        process.Name, "published", ("n", request), ("topic", one.Topic), ("key", one.Key), ("id", one.Id), ("digest", DigestOf(one)),
        ("verdict", JsonNamingPolicy.CamelCase.ConvertName(answer.Verdict.ToString())), ("shard", Teller.Text(shard.Value)), ("sequence", Teller.Text(answer.Sequence)));

    private static string DigestOf(Publication one) => Teller.Digest(Encoding.UTF8.GetBytes(one.Payload));
}
