using Herald.Lab.Benches.Rounds;

namespace Herald.Lab.Benches.Load;

/// <summary>Chooses the load generator for this machine.</summary>
internal static class LoadGenerators
{
    public static async Task<ILoadGenerator> StartAsync(PublishShape shape, int connections, BenchRig rig, CancellationToken cancel) =>
        WrkGenerator.Find(shape, connections, rig.Directory)
            ?? (ILoadGenerator)await OwnGenerator.StartAsync(shape, connections, rig, cancel);
}
