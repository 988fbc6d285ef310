using Herald.Client;
using Herald.Lab.Processes;
using Herald.Lab.Receivers;
using Herald.TestKit.Traces;
using Xunit;

namespace Herald.EndToEnd.PowerLoss;

/// <summary>
/// A real server on a recorded disk, with publishers, receivers and an operator. In each round it works, the power fails at a moment of
/// this work, and it goes on with what the disk has then. The server itself creates its data directory on the disk.
/// </summary>
/// <remarks>
/// The moment is drawn afterwards: the work goes on to its end, and then everything behind the moment is forgotten, as if it had not
/// happened. So the moment can lie anywhere, also in the start and in the stop of the server.
/// </remarks>
internal sealed class PowerLossRig : IAsyncDisposable
{
    // So small that a round goes through several segments and checkpoints.
    private static readonly string[] Sizes =
        ["--set", "journal.segmentBytes=256KiB", "--set", "journal.checkpointBytes=256KiB", "--set", "journal.shardCount=3"];

    private readonly Random _random;
    private readonly SyncLie _lie;
    private readonly string[] _settings;
    private readonly TraceRecorder _trace = new();
    private readonly Lives _lives;
    private readonly Timeline _timeline;
    private readonly Promises _promises;
    private readonly List<TracedEndpoint> _endpoints = [];
    private readonly Traffic _traffic;
    private DiskContent _content = new();
    private RecordedDisk? _disk;
    private ServerProcess? _server;
    private HeraldClient? _client;

    private PowerLossRig(int seed, SyncLie lie)
    {
        (_random, _lie) = (new(seed), lie);
        // In one run every event stays. In the next one, segments are removed as soon as they are settled.
        _settings = [.. Sizes, "--set", (seed & 1) == 0 ? "journal.retainFor=0s" : "journal.retainFor=1d"];
        _lives = new Lives(_trace);
        _timeline = new Timeline(_trace);
        _promises = new Promises(_timeline);
        _traffic = new Traffic(() => _client!, _timeline, _promises, _endpoints);
    }

    public Tally Tally { get; } = new();

    public static async Task<PowerLossRig> StartAsync(int seed, SyncLie lie, CancellationToken cancel)
    {
        var rig = new PowerLossRig(seed, lie);
        foreach (var (name, conduct) in new (string, Conduct)[] { ("steady", new Conduct.Healthy()), ("flaky", new Conduct.Flaky(0.2)) })
        {
            var random = new Random(rig._random.Next());
            rig._endpoints.Add(await TracedEndpoint.StartAsync(name, conduct, rig._trace, rig._lives, random, cancel));
        }
        return rig;
    }

    /// <summary>Starts the server on what the disk has, and checks all promises.</summary>
    /// <returns>The promise that was broken; null for none.</returns>
    public async Task<string?> StartAndCheckAsync(CancellationToken cancel)
    {
        _disk = await RecordedDisk.MountAsync(_content, cancel);
        _timeline.Begin(_disk);
        _promises.Begin();
        try
        {
            await StartServerAsync(cancel);
            if (await _traffic.FindBrokenAsync(cancel) is { } broken)
                return $"{broken}\n{_server!.LastOutput}";
        }
        catch (Exception failure) when (failure is ChildProcessException or HttpRequestException)
        {
            return $"{failure.Message}\n{_server?.LastOutput}";
        }
        _trace.Tell("world", "settled");
        return _trace.Accusation();
    }

    /// <summary>Publishes and changes the catalog, often with a clean stop in between. Then the server is killed.</summary>
    /// <returns>The promise that was broken; null for none.</returns>
    public async Task<string?> WorkAsync(int requests, CancellationToken cancel)
    {
        await _traffic.RunAsync(requests, _random, cancel);
        if (_random.Next(2) == 0)
        {
            await StopServerAsync(cancel);
            await StartServerAsync(cancel);
            await _traffic.RunAsync(requests, _random, cancel);
            Tally.Stops++;
        }
        await _server!.KillAsync();
        await _lives.EndedAsync("killed", _endpoints.Select(endpoint => endpoint.Traced), cancel);
        return _trace.Accusation();
    }

    /// <summary>The power fails at a moment since the last start.</summary>
    /// <param name="draw">Chooses the moment, from all calls to the disk and the places of all promises.</param>
    public async Task LosePowerAsync(
        Func<IReadOnlyList<DiskRecord>, IReadOnlyList<long>, Random, CrashPoint> draw, CancellationToken cancel)
    {
        foreach (var endpoint in _endpoints)
            await endpoint.Gate.CloseAsync(cancel);
        var disk = _disk!;
        var records = disk.Records();
        disk.AssertComplete(records);
        var point = draw(records, _timeline.Promises(), _random);
        _content = disk.After(records, point.Place, _lie, point.Fate, new Random(point.Seed));
        _timeline.GoBackTo(point.Place);
        _promises.GoBackTo(point.Place);
        var written = disk.After(records, point.Place, SyncLie.None, Fate.Everything, new Random(0));
        Tally.Count(point, records, isLoss: _content.DifferenceFrom(written) is not null);
        await EndDiskAsync();
    }

    /// <summary>How many events were promised and not undone by a crash.</summary>
    public int Promised => _timeline.Promised;

    /// <summary>Keeps what the last loss of power has left, for a look at it or another start on it.</summary>
    public string KeepDisk()
    {
        var folder = Directory.CreateTempSubdirectory("herald-lost-power-").FullName;
        _content.WriteTo(folder);
        return folder;
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is { HasExited: false })
            await _server.KillAsync();
        await EndDiskAsync();
        foreach (var endpoint in _endpoints)
            await endpoint.DisposeAsync();
        _trace.Dispose();
    }

    private async Task EndDiskAsync()
    {
        _client?.Dispose();
        if (_server is not null)
            await _server.DisposeAsync();
        if (_disk is not null)
            await _disk.DisposeAsync();
        (_client, _server, _disk) = (null, null, null);
    }

    private async Task StartServerAsync(CancellationToken cancel)
    {
        _lives.Starting();
        _endpoints.ForEach(endpoint => endpoint.Gate.Open());
        string[] arguments = ["--data", Path.Combine(_disk!.Root, "data"), "--listen", "127.0.0.1:0", .. _settings];
        _server = await ServerProcess.StartAsync(arguments, TimeProvider.System, cancel);
        _lives.Started();
        _client = new HeraldClient(_server.Address, null, calls => new TracedCalls(_trace, () => _lives.Now, calls));
    }

    private async Task StopServerAsync(CancellationToken cancel)
    {
        _lives.Stopping();
        Signal.Terminate(_server!.Id);
        await _server.ExitedAsync(cancel);
        Assert.Equal(0, _server.ExitCode);
        await _lives.EndedAsync("stopped", _endpoints.Select(endpoint => endpoint.Traced), cancel);
        await _server.DisposeAsync();
        _client!.Dispose();
        (_client, _server) = (null, null);
    }
}
