using Herald.Engine.Stores;

namespace Herald.Postgres.Commits;

internal static class Owners
{
    public static StaleOwnerException Stale(Fence fence, long epoch) =>
        new($"Shard {fence.Shard} has a new owner: its epoch is {epoch}, not {fence.Epoch}.");
}
