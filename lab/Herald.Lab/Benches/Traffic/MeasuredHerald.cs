using System.Text.Json.Nodes;
using Herald.Client;
using Herald.Lab.Benches.Acceptance;
using Herald.Lab.Benches.Rounds;
using Herald.Lab.Processes;

namespace Herald.Lab.Benches.Traffic;

/// <summary>A measured server, with the requests that benches send to it.</summary>
internal sealed class MeasuredHerald : IDisposable
{
    /// <summary>An endpoint that refuses connections: no program listens on the discard port.</summary>
    public static readonly Uri Nobody = new("http://127.0.0.1:9/");
    private const string UsualDirectory = "herald";

    /// <summary>The number of concurrent requests that create something: high enough that many wait for one sync.</summary>
    private const int AtATime = 64;
    private readonly HeraldClient _client;
    private readonly BenchRig _rig;

    private MeasuredHerald(ServerProcess process, BenchRig rig)
    {
        (Process, _rig) = (process, rig);
        _client = new HeraldClient(process.Address, null);
    }

    public ServerProcess Process { get; }
    public Uri Address => Process.Address;
    public CpuSource Cpu => CpuSource.Of(Process);

    public static async Task<MeasuredHerald> StartAsync(BenchRig rig, CancellationToken cancel, string directory = UsualDirectory) =>
        new(await rig.StartServerAsync(directory, cancel), rig);

    /// <summary>For one of several nodes that the caller started.</summary>
    public static MeasuredHerald Of(ServerProcess process, BenchRig rig) => new(process, rig);

    public void Dispose() => _client.Dispose();

    public Task CreateTopicAsync(string topic, CancellationToken cancel) => SucceedAsync(_client.Topics.PutAsync(topic, cancel: cancel));

    /// <param name="more">Fields beside topic and endpoint.</param>
    public Task SubscribeAsync(
        string id, string topic, Uri endpoint, CancellationToken cancel, params (string Field, JsonNode Value)[] more)
    {
        var subscription = new JsonObject { ["topic"] = topic, ["endpoint"] = endpoint.ToString() };
        foreach (var (field, value) in more)
            subscription[field] = value;
        NoteSettings(more);
        return SucceedAsync(_client.Subscriptions.PutJsonAsync(id, subscription, cancel: cancel));
    }

    /// <summary>Creates many things, several at a time.</summary>
    public static Task ManyAsync(int count, Func<int, CancellationToken, Task> make, CancellationToken cancel) => Parallel.ForEachAsync(
        Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = AtATime, CancellationToken = cancel },
        async (i, token) => await make(i, token));

    public Task PauseAsync(string id, CancellationToken cancel) => SucceedAsync(_client.Subscriptions.PauseAsync(id, cancel));

    public Task ResumeAsync(string id, CancellationToken cancel) => SucceedAsync(_client.Subscriptions.ResumeAsync(id, cancel));

    public Task DeleteAsync(string id, CancellationToken cancel) => SucceedAsync(_client.Subscriptions.DeleteAsync(id, cancel: cancel));

    /// <summary>Publishes many events in batches. Several batches are under way at a time, each with keys of its own.</summary>
    public async Task PublishAsync(string topic, Backlog backlog, CancellationToken cancel)
    {
        long published = 0;
        await Task.WhenAll(backlog.Lanes().Select(async lane =>
        {
            foreach (var batch in lane)
            {
                var reply = await _client.Events.PublishLinesAsync(topic, batch, cancel);
                if (reply.Status != 202)
                    throw new BenchException($"Herald did not accept a batch of events: {string.Join(" ", reply.ProblemLines())}");
                var events = batch.Length / TrafficEvent.EnvelopeBytes;
                var before = Interlocked.Add(ref published, events) - events;
                if (before / Backlog.ShownEvery != (before + events) / Backlog.ShownEvery)
                    _rig.Progress.Show($"{before + events:N0} of {backlog.Events:N0} events published");
            }
        }));
    }

    /// <summary>Checks that every published event is stored once, and nothing else.</summary>
    public async Task JudgeAsync(long published, CancellationToken cancel)
    {
        var counts = await ServerCounts.ReadAsync(_client, cancel);
        if (counts != new ServerCounts(published, 0, 0, 0))
            _rig.Fail(
                $"All {published} events have different ids, but {counts.Accepted} were accepted, {counts.Duplicates} were duplicates, "
                    + $"{counts.Conflicts} conflicts and {counts.Refused} refused.");
    }

    /// <summary>Adds a note about settings of a subscription that differ from the default.</summary>
    private void NoteSettings((string Field, JsonNode Value)[] more)
    {
        var settings = more.Where(one => one.Field is "limits" or "retry").Select(
            one => $"{one.Field} {one.Value.ToJsonString()}").ToList();
        if (settings.Count > 0)
            _rig.NoteOnce($"Subscriptions have these settings: {string.Join(", ", settings)}.");
    }

    private static async Task SucceedAsync<T>(Task<T> asked)
        where T : Reply
    {
        var reply = await asked;
        if (!reply.Succeeded)
            throw new BenchException(string.Join(" ", reply.ProblemLines()));
    }
}
