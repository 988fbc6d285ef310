using System.Globalization;
using Herald.Lab.Benches.Parts;
using Herald.Lab.Benches.Rounds;

namespace Herald.Lab.Benches.Load;

/// <summary>The generator for machines without wrk: <see cref="LoadSender"/> in a process of its own.</summary>
internal sealed class OwnGenerator : ILoadGenerator
{
    private readonly BenchPart _part;
    private readonly PublishShape _shape;
    private readonly int _connections;
    private int _runs;

    private OwnGenerator(BenchPart part, PublishShape shape, int connections)
    {
        (_part, _shape, _connections) = (part, shape, connections);
        Cpu = CpuSource.Of(part);
    }

    public string Name => string.Create(CultureInfo.InvariantCulture,
        $"Herald's own with {_connections} connections (wrk is not installed)");
    public CpuSource Cpu { get; }

    /// <summary>Zero, because it reads every answer.</summary>
    public int UnansweredAtEnd => 0;

    public static async Task<OwnGenerator> StartAsync(PublishShape shape, int connections, BenchRig rig, CancellationToken cancel) =>
        new(await rig.StartPartAsync(PartCommand.GeneratorName, cancel), shape, connections);

    public async Task<LoadResult> RunAsync(Uri server, TimeSpan length, CancellationToken cancel) =>
        LoadResult.Parse(await _part.AskAsync(new LoadOrder(server, length, _connections, _shape.Batch, ++_runs).ToLine(), cancel));
}
