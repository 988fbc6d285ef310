using Herald.Engine.Basics;
using Herald.Engine.Progress;
using Herald.Engine.Stores;
using Herald.Simulation.Runs;

namespace Herald.Simulation.Judges;

/// <summary>Checks what a commit saves of deliveries that go on.</summary>
internal sealed partial class Judge
{
    /// <summary>
    /// The last attempt that a policy allows is saved together with what ends the delivery: its skip, or that it is held. If only the attempt
    /// were saved, the next owner would make one more.
    /// </summary>
    /// <param name="record">The progress of the commit, from behind its head.</param>
    private void CheckSavedAttempts(ShardCommit commit, ProgressHead saved, ref RecordReader record)
    {
        foreach (var (number, length) in saved.States)
        {
            var state = new SavedState();
            if (!ProgressRecord.TryReadPart(ref record, length, out var part))
                throw new Violation($"9: what commit {commit.Number} of shard {commit.Fence.Shard} saves of subscription {number} cannot be read");
            state.Read(ref part, saved.SavedAtMs);
            if (Find(number, state.Generation) is not { HasBeenGone: false } model)
                continue;
            if (state.Lanes.Values.FirstOrDefault(lane => !lane.Held && lane.Attempts >= model.MostAttempts) is { Items: [var head, ..] } lane)
                throw new Violation($"3: commit {commit.Number} of shard {commit.Fence.Shard} saves attempt {lane.Attempts} at sequence {head.Sequence}, the last one of any policy, and not what ends the delivery: {model}");
        }
    }
}
